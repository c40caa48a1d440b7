import { parseCustomerId, type CustomerId } from './customer-id.ts';
import { isSignedUnder, signText, withoutMac } from './signed-text.ts';

/**
 * The token of a share link, which lets its holder read the counts of one customer until it expires. It is stored
 * nowhere. Its text is a secret: it is never logged or put in a message.
 */
export interface ShareToken {
  readonly form: 'shared';
  readonly text: string;
  readonly customerId: CustomerId;
  readonly expiresAt: Date;
  /** Id of the API key that made it; `undefined` where there are no keys. */
  readonly keyId: string | undefined;
}

/** The API key that makes a share link. */
export interface LinkMaker {
  readonly keyId: string;
  /** SHA-256 of the key, in hex. */
  readonly keyHash: string;
}

/** A prefix that scanners for leaked secrets can find, seconds since 1970, the maker, the customer, and two MACs. */
const tokenPattern =
  /^las_([1-9][0-9]{0,10})_([0-9a-f]{16}|none)_([A-Za-z0-9_-]{1,171})_[0-9a-f]{32}_[0-9a-f]{32}$/;

/**
 * Creates a token. The inner MAC proves that the maker had its API key: the hash of the key signs it. So somebody who
 * has only the installation's secret cannot make a token that passes. The outer MAC, by the installation's secret, lets
 * a made-up token be refused before anything is looked up.
 * @param expiresAt  a whole second
 */
export function createShareToken(
  given: { readonly customerId: CustomerId; readonly expiresAt: Date; readonly maker: LinkMaker | undefined },
  secret: Uint8Array,
): ShareToken {
  const { customerId, expiresAt, maker } = given;
  const customer = Buffer.from(customerId).toString('base64url');
  const claims = `las_${expiresAt.getTime() / 1_000}_${maker?.keyId ?? 'none'}_${customer}`;
  const text = signText(signText(claims, maker?.keyHash ?? ''), secret);
  return { form: 'shared', text, customerId, expiresAt, keyId: maker?.keyId };
}

/** Parses a token; returns `undefined` if the text does not have the form of one. It proves nothing yet. */
export function parseShareToken(text: string): ShareToken | undefined {
  const [, seconds, keyId, customer = ''] = tokenPattern.exec(text) ?? [];
  const customerId = parseCustomerId(Buffer.from(customer, 'base64url').toString());
  if (seconds === undefined || customerId === undefined) return undefined;
  const expiresAt = new Date(Number(seconds) * 1_000);
  return { form: 'shared', text, customerId, expiresAt, keyId: keyId === 'none' ? undefined : keyId };
}

/** Reports whether a header presents a token of a share link, be it a valid one or not. */
export function presentsShareToken(header: string | undefined): boolean {
  return /^(?:share(?: |$)|bearer +las_)/i.test(header ?? '');
}

/** Parses the token in an `authorization` header: `Share <token>`, or `Bearer <token>` for clients that know no other scheme. */
export function shareTokenFromHeader(header: string | undefined): ShareToken | undefined {
  const [, token] = /^(?:share|bearer) +(\S+)$/i.exec(header ?? '') ?? [];
  return token === undefined ? undefined : parseShareToken(token);
}

/** Reports whether the key with this hash made the token; an empty hash stands for a form without keys. */
export function isMadeWith({ text }: ShareToken, keyHash: string): boolean {
  return isSignedUnder(withoutMac(text), [keyHash]);
}

/** Reports whether the token has expired. */
export function isOver({ expiresAt }: ShareToken, now: Date): boolean {
  return expiresAt <= now;
}
