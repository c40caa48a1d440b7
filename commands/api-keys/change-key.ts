import { apiKeyCopyKey } from '../../lib/domain/keys.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { complain, type Io } from '../io.ts';
import type { ChangeLog } from './change-log.ts';
import { createKey } from './create-key.ts';
import { describeRecord, idOf } from './describe.ts';
import type { KeyParameters, NamedRecord } from './key-parameters.ts';

interface Opened {
  readonly parameters: KeyParameters;
  readonly log: ChangeLog;
  readonly io: Io;
  /** The bucket, which keeps a copy of each record that is in use. */
  readonly store: Pick<ObjectStore, 'delete'>;
}

/** Finds a key by the id that `list` prints. */
export async function findKey(id: string, parameters: KeyParameters): Promise<NamedRecord | undefined> {
  for await (const key of parameters.list()) if (idOf(key) === id) return key;
  return undefined;
}

/** Ends a key. It deletes the copy first: if that fails, the key is still as it was. */
export async function revokeKey(key: NamedRecord, { parameters, log, store, io }: Opened): Promise<void> {
  await log.record('revoke', describeRecord(key), async () => {
    await store.delete(apiKeyCopyKey(key.record.hash));
    await parameters.remove(key.name);
  });
  complain(
    io,
    `The key ${idOf(key)} of ${key.record.customerId} is revoked; it is refused within four minutes.`,
  );
}

/**
 * Replaces a key by a new one with the same customer, scopes and label. It creates the new key first: a crash in between
 * leaves two keys, never none.
 */
export async function rotateKey(
  key: NamedRecord,
  { now, oldExpiresAt, expiresAt }: { now: Date; oldExpiresAt: Date; expiresAt: Date | undefined },
  { parameters, log, store, io }: Opened,
): Promise<void> {
  const { customerId, scopes, label, expiresAt: expiredAnyway } = key.record;
  await createKey({ customerId, scopes, label, expiresAt }, now, { parameters, log, io });
  const ends = expiredAnyway !== undefined && expiredAnyway < oldExpiresAt ? expiredAnyway : oldExpiresAt;
  const old = { name: key.name, record: { ...key.record, expiresAt: ends } };
  await log.record('expire', describeRecord(old), async () => {
    await store.delete(apiKeyCopyKey(key.record.hash));
    await parameters.replace(old);
  });
  complain(io, `The old key ${idOf(key)} ends at ${ends.toISOString()}.`);
}
