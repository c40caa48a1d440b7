import { randomBytes } from 'node:crypto';
import { createApiKey, hashOfApiKey, type SealedApiKey } from '../lib/domain/api-key.ts';
import { encodeApiKeyRecord, type ApiKeyRecord } from '../lib/domain/api-key-record.ts';
import type { InstallationSecret } from '../lib/domain/installation-secrets.ts';
import { customer, instant } from './factories.ts';

/** An installation's secret, the same for the same number. */
export function installationSecret(number = 1): InstallationSecret {
  return {
    id: number.toString(16).padStart(8, '0'),
    secret: Buffer.alloc(32, number),
    createdAt: instant('2025-12-01T00:00:00Z'),
  };
}

/** A key nobody has seen before, made under a secret. */
export function newApiKey({ secret } = installationSecret()): SealedApiKey {
  return createApiKey({ id: randomBytes(8), random: randomBytes(20) }, secret);
}

/** A key of the version before. */
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

/** The parameter of a key's record. */
export function recordParameter(
  path: string,
  key: SealedApiKey,
  given: Partial<ApiKeyRecord> = {},
): readonly [string, string] {
  return [`${path}/${key.id}`, encodeApiKeyRecord(apiKeyRecord(key, given))];
}
