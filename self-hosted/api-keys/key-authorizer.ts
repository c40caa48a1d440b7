import { keyNotValid, withoutKey } from '../../http-server/gate/refusal.ts';
import { apiKeyFromHeader, hasHash } from '../../lib/domain/api-key.ts';
import type { ApiKeyRecords } from '../../lib/domain/api-key-file.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Authorizer } from '../http/authorizer.ts';

/** Creates an authorizer that knows the records of all keys. */
export function createKeyAuthorizer(records: () => ApiKeyRecords, clock: Clock): Authorizer {
  return (authorization) => {
    if (authorization === undefined || authorization === '')
      return { kind: 'refused', refusal: withoutKey() };
    const key = apiKeyFromHeader(authorization);
    const record = key?.form === 'sealed' ? records().get(key.id) : undefined;
    if (key?.form !== 'sealed' || record === undefined || !hasHash(key, record.hash)) {
      return { kind: 'refused', refusal: keyNotValid() };
    }
    const { customerId, scopes, expiresAt } = record;
    if (expiresAt !== undefined && expiresAt <= clock.now())
      return { kind: 'refused', refusal: keyNotValid() };
    const context = { customerId, scopes: scopes.join(' '), keyId: key.id, unavailable: 'false' } as const;
    return { kind: 'granted', context };
  };
}
