import { hashOfApiKey, type SealedApiKey } from '../lib/domain/api-key.ts';
import { createShareToken, type ShareToken } from '../lib/domain/share-token.ts';
import { installationSecret } from './api-keys.ts';
import { customer, instant } from './factories.ts';

interface GivenLink {
  readonly customerId?: string;
  readonly expiresAt?: string;
  /** The key that makes it; without one, it is of a form without keys. */
  readonly key?: SealedApiKey;
  readonly secret?: Uint8Array;
}

/** Creates the token of a share link. */
export function shareToken({
  customerId = 'cus-axon',
  expiresAt = '2025-12-29T18:00:00Z',
  key,
  secret = installationSecret().secret,
}: GivenLink = {}): ShareToken {
  const maker = key && { keyId: key.id, keyHash: hashOfApiKey(key.text) };
  return createShareToken({ customerId: customer(customerId), expiresAt: instant(expiresAt), maker }, secret);
}

/** Parts of a token's text, by their meaning. */
export const tokenParts = ['prefix', 'expiry', 'key', 'customer', 'inner MAC', 'outer MAC'] as const;

/** Returns the text with another character at each place of one part, so that it keeps its form where it can. */
export function tamperedTokens(text: string, part: (typeof tokenParts)[number]): string[] {
  const pieces = text.split('_');
  // The customer is the only piece in which a `_` may be.
  const [prefix = '', expiry = '', key = ''] = pieces;
  const [inner = '', outer = ''] = pieces.slice(-2);
  const customerText = pieces.slice(3, -2).join('_');
  const all = [prefix, expiry, key, customerText, inner, outer];
  const place = tokenParts.indexOf(part);
  const piece = all[place] ?? '';
  return Array.from(piece, (character, at) => {
    const other =
      ['1', '2', 'A'].find((each) => each !== character && (each === 'A') !== /[\da-f]/.test(character)) ??
      'B';
    const changed = `${piece.slice(0, at)}${other}${piece.slice(at + 1)}`;
    return all.toSpliced(place, 1, changed).join('_');
  });
}
