import type { ChangeLog } from './change-log.ts';
import { createKey } from './create-key.ts';
import { describeRecord, idOf } from './describe.ts';
import type { KeyParameters, NamedRecord } from './key-parameters.ts';

interface Opened {
  readonly parameters: KeyParameters;
  readonly log: ChangeLog;
}

/** Finds a key by the id that `list` prints. */
export async function findKey(id: string, parameters: KeyParameters): Promise<NamedRecord | undefined> {
  for await (const key of parameters.list()) if (idOf(key) === id) return key;
  return undefined;
}

/** Ends a key. */
export async function revokeKey(key: NamedRecord, { parameters, log }: Opened): Promise<void> {
  await log.record('revoke', describeRecord(key), () => parameters.remove(key.name));
  console.error(
    `The key ${idOf(key)} of ${key.record.customerId} is revoked; it is refused within four minutes.`,
  );
}

/**
 * Replaces a key by a new one with the same customer, scopes and label. The new one is made first: a crash in between
 * leaves two keys, never none.
 */
export async function rotateKey(
  key: NamedRecord,
  { now, oldExpiresAt, expiresAt }: { now: Date; oldExpiresAt: Date; expiresAt: Date | undefined },
  { parameters, log }: Opened,
): Promise<void> {
  const { customerId, scopes, label, expiresAt: expiredAnyway } = key.record;
  await createKey({ customerId, scopes, label, expiresAt }, now, { parameters, log });
  const ends = expiredAnyway !== undefined && expiredAnyway < oldExpiresAt ? expiredAnyway : oldExpiresAt;
  const old = { name: key.name, record: { ...key.record, expiresAt: ends } };
  await log.record('expire', describeRecord(old), () => parameters.replace(old));
  console.error(`The old key ${idOf(key)} ends at ${ends.toISOString()}.`);
}
