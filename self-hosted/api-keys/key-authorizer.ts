import { contextOf } from '../../handlers/authorize.ts';
import { keyNotValid, linkNotValid, withoutKey } from '../../http-server/gate/refusal.ts';
import type { ApiKeyRecords } from '../../lib/domain/api-key-file.ts';
import type { ApiKeyRecord } from '../../lib/domain/api-key-record.ts';
import { credentialFromHeader, grantOf, type Credential } from '../../lib/domain/grant.ts';
import { presentsShareToken } from '../../lib/domain/share-token.ts';
import { isSignedUnder } from '../../lib/domain/signed-text.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Authorizer } from '../http/authorizer.ts';

/**
 * Creates an authorizer that knows the records of all keys.
 * @param linkSecrets  the secrets that sign share links
 */
export function createKeyAuthorizer(
  records: () => ApiKeyRecords,
  clock: Clock,
  linkSecrets: readonly Uint8Array[] = [],
): Authorizer {
  const recordOf = (credential: Credential): ApiKeyRecord | undefined => {
    if (credential.form === 'sealed') return records().get(credential.id);
    if (credential.form === 'old' || !isSignedUnder(credential.text, linkSecrets)) return undefined;
    return records().get(credential.keyId ?? '');
  };
  return (authorization, header = 'authorization') => {
    if (authorization === undefined || authorization === '')
      return { kind: 'refused', refusal: withoutKey(header) };
    const credential = credentialFromHeader(authorization);
    const record = credential && recordOf(credential);
    const grant = credential && record && grantOf(credential, record, clock.now());
    if (grant !== undefined) return { kind: 'granted', context: contextOf(grant) };
    return { kind: 'refused', refusal: presentsShareToken(authorization) ? linkNotValid() : keyNotValid() };
  };
}
