import { randomBytes } from 'node:crypto';
import { createApiKey, hashOfApiKey } from '../../lib/domain/api-key.ts';
import type { ApiKeyRecord } from '../../lib/domain/api-key-record.ts';
import type { InstallationSecret } from '../../lib/domain/installation-secrets.ts';
import { complain, print, type Io } from '../io.ts';
import type { ChangeLog } from './change-log.ts';
import { describeRecord } from './describe.ts';
import type { KeyParameters } from './key-parameters.ts';

export type NewKey = Pick<ApiKeyRecord, 'customerId' | 'scopes' | 'label' | 'expiresAt'>;

/** Creates a key and prints it, alone on standard output. The key itself is stored nowhere. */
export async function createKey(
  { customerId, scopes, label, expiresAt }: NewKey,
  now: Date,
  { parameters, log, io }: { readonly parameters: KeyParameters; readonly log: ChangeLog; readonly io: Io },
): Promise<void> {
  const secret = await newestSecret(parameters, log, now);
  const key = createApiKey({ id: randomBytes(8), random: randomBytes(20) }, secret.secret);
  const hash = hashOfApiKey(key.text);
  const record = { customerId, scopes, hash, label, createdAt: now, expiresAt, secretId: secret.id };
  const named = { name: key.id, record };
  await log.record('create', describeRecord(named), () => parameters.create(named));
  print(io, key.text);
  complain(
    io,
    `The key of ${customerId}, ${key.id}. It is not shown again, and is accepted within a minute.`,
  );
}

/** Returns the secret that new keys are derived from; creates it with the first key. */
async function newestSecret(
  parameters: KeyParameters,
  log: ChangeLog,
  now: Date,
): Promise<InstallationSecret> {
  const [newest] = await parameters.secrets();
  if (newest !== undefined) return newest;
  const first = newSecret(now);
  const isFirst = await log.record('rotate-secret', { secret: first.id }, () =>
    parameters.createSecrets([first]),
  );
  if (isFirst) return first;
  const [others] = await parameters.secrets();
  if (others === undefined) throw new Error('Somebody else created a secret and removed it again.');
  return others;
}

export function newSecret(now: Date): InstallationSecret {
  return { id: randomBytes(4).toString('hex'), secret: randomBytes(32), createdAt: now };
}
