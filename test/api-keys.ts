import { randomBytes } from 'node:crypto';
import { createApiKey, hashOfApiKey, type SealedApiKey } from '../lib/domain/api-key.ts';
import { encodeApiKeyRecord, type ApiKeyRecord } from '../lib/domain/api-key-record.ts';
import type { InstallationSecret } from '../lib/domain/installation-secrets.ts';
import { customer, instant } from './factories.ts';

/** Returns an installation's secret, which is always the same for one number. */
export function installationSecret(number = 1): InstallationSecret {
  return {
    id: number.toString(16).padStart(8, '0'),
    secret: Buffer.alloc(32, number),
    createdAt: instant('2025-12-01T00:00:00Z'),
  };
}

/** Creates a new key, signed with a secret. */
export function newApiKey({ secret } = installationSecret()): SealedApiKey {
  return createApiKey({ id: randomBytes(8), random: randomBytes(20) }, secret);
}

/** Creates a key of the earlier version. */
export function newOldApiKey(): string {
  return `lap_${randomBytes(32).toString('base64url')}`;
}

export function apiKeyRecord(key: SealedApiKey, given: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    customerId: customer(),
    scopes: ['ingest', 'read'],
    hash: hashOfApiKey(key.text),
    label: undefined,
    createdAt: instant('2025-12-01T00:00:00Z'),
    expiresAt: undefined,
    secretId: installationSecret().id,
    ...given,
  };
}

/** Returns the parameter of a key's record. */
export function recordParameter(
  path: string,
  key: SealedApiKey,
  given: Partial<ApiKeyRecord> = {},
): readonly [string, string] {
  return [`${path}/${key.id}`, encodeApiKeyRecord(apiKeyRecord(key, given))];
}
