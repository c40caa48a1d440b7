import { createHash } from 'node:crypto';

/** What keys look like: a name that scanners for leaked secrets can find, and 32 bytes of chance in base64url. */
const apiKeyPattern = /^lap_[A-Za-z0-9_-]{43}$/;

/** A new key of 32 bytes of chance. */
export function apiKeyOf(chance: Buffer): string {
  return `lap_${chance.toString('base64url')}`;
}

/** The key of an `authorization` header, `Bearer` and the key; `undefined` where it cannot be one. */
export function apiKeyFromHeader(header: string | undefined): string | undefined {
  const [, key] = /^bearer +(\S+)$/i.exec(header ?? '') ?? [];
  return key !== undefined && apiKeyPattern.test(key) ? key : undefined;
}

/** What is kept in place of a key. So much chance needs no salt and no slow hash: nobody can guess it. */
export function hashOfApiKey(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('hex');
}
