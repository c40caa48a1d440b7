import { createApiKey, hashOfApiKey } from '../../../lib/domain/api-key.ts';
import type { ApiKeyRecord } from '../../../lib/domain/api-key-record.ts';
import { createKeyAuthorizer } from '../../../self-hosted/api-keys/key-authorizer.ts';
import { customer } from '../../factories.ts';

const key = createApiKey({ id: Buffer.alloc(8, 1), random: Buffer.alloc(20, 1) }, Buffer.alloc(32));
const record: ApiKeyRecord = {
  customerId: customer(),
  scopes: ['ingest', 'read'],
  hash: hashOfApiKey(key.text),
  label: undefined,
  createdAt: undefined,
  expiresAt: undefined,
  secretId: undefined,
};

/** An API key of a customer, and an authorizer of the cluster form that accepts no other. */
export const acceptedKey = {
  text: key.text,
  authorizer: createKeyAuthorizer(() => new Map([[key.id, record]]), { now: () => new Date() }),
} as const;
