import { apiKeyFromHeader, hasHash, type ApiKey } from './api-key.ts';
import type { ApiKeyRecord } from './api-key-record.ts';
import type { CustomerId } from './customer-id.ts';
import type { Scope } from './scope.ts';
import { isMadeWith, isOver, shareTokenFromHeader, type ShareToken } from './share-token.ts';

/** Something by which a caller shows who it is. */
export type Credential = ApiKey | ShareToken;

/** Rights of a caller. */
export interface Grant {
  readonly customerId: CustomerId;
  readonly scopes: readonly Scope[];
  /** Names the key in logs: its id, or the beginning of its hash; behind `link:`, the id of the key that made a link. */
  readonly keyId: string;
  /** End of a share link; `undefined` for an API key. */
  readonly sharedUntil: Date | undefined;
}

/** Length of the part of its hash that names an old key. */
const oldIdLength = 12;

/** Parses the credential in a header; returns `undefined` if it cannot be one. */
export function credentialFromHeader(header: string | undefined): Credential | undefined {
  return shareTokenFromHeader(header) ?? apiKeyFromHeader(header);
}

/**
 * Returns what a record grants to a credential that found it; `undefined` if the record is of another key or has
 * expired. A share link can read the counts of its customer as long as the key that made it can.
 */
export function grantOf(credential: Credential, record: ApiKeyRecord, now: Date): Grant | undefined {
  const { customerId, scopes, hash, expiresAt } = record;
  if (expiresAt !== undefined && expiresAt <= now) return undefined;
  if (credential.form === 'shared') {
    const isOfRecord =
      isMadeWith(credential, hash) && credential.customerId === customerId && scopes.includes('read');
    if (!isOfRecord || isOver(credential, now)) return undefined;
    const keyId = `link:${credential.keyId}`;
    return { customerId, scopes: ['read'], keyId, sharedUntil: credential.expiresAt };
  }
  if (!hasHash(credential, hash)) return undefined;
  const keyId = credential.form === 'sealed' ? credential.id : hash.slice(0, oldIdLength);
  return { customerId, scopes, keyId, sharedUntil: undefined };
}
