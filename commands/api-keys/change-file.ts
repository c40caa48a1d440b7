import { randomBytes } from 'node:crypto';
import { createApiKey, hashOfApiKey } from '../../lib/domain/api-key.ts';
import type { ApiKeyRecords } from '../../lib/domain/api-key-file.ts';
import type { ApiKeyRecord } from '../../lib/domain/api-key-record.ts';
import { complain, print, type Io } from '../io.ts';
import type { NewKey } from './create-key.ts';
import { readKeyFile, writeKeyFile } from './key-file.ts';
import { printKeys } from './list-keys.ts';
import type { ApiKeysOptions } from './options.ts';

/** An action on the file of a pipeline of the cluster form. */
export type KeyFileChange = Extract<ApiKeysOptions, { action: 'create' | 'list' | 'rotate' | 'revoke' }>;

/**
 * Changes the keys of a file, or lists them.
 * @returns whether the change was made
 */
export async function changeKeyFile(path: string, change: KeyFileChange, io: Io): Promise<boolean> {
  const records = await readKeyFile(path);
  const now = io.clock.now();
  switch (change.action) {
    case 'list':
      printKeys(
        [...records].map(([name, record]) => ({ name, record })),
        now,
        change.isJson,
        io,
      );
      return true;
    case 'create':
      await add(change, records, { path, now, io });
      return true;
    case 'revoke': {
      const remaining = new Map(records);
      if (!remaining.delete(change.id)) return missing(change.id, io);
      await writeKeyFile(path, remaining);
      complain(io, `The key ${change.id} is revoked; servers that read the file refuse it within seconds.`);
      return true;
    }
    case 'rotate': {
      const record = records.get(change.id);
      if (record === undefined) return missing(change.id, io);
      const { customerId, scopes, label, expiresAt: expiredAnyway } = record;
      const { oldExpiresAt, expiresAt } = change;
      const ends = expiredAnyway !== undefined && expiredAnyway < oldExpiresAt ? expiredAnyway : oldExpiresAt;
      const ending = new Map(records).set(change.id, { ...record, expiresAt: ends });
      await add({ customerId, scopes, label, expiresAt }, ending, { path, now, io });
      complain(io, `The old key ${change.id} ends at ${ends.toISOString()}.`);
      return true;
    }
  }
}

/** Adds a new key and prints it, alone on standard output, once the file has its record. */
async function add(
  { customerId, scopes, label, expiresAt }: NewKey,
  records: ApiKeyRecords,
  { path, now, io }: { readonly path: string; readonly now: Date; readonly io: Io },
): Promise<void> {
  // Its record decides whether a key is good, so nobody needs the secret of its MAC again.
  const key = createApiKey({ id: randomBytes(8), random: randomBytes(20) }, randomBytes(32));
  const hash = hashOfApiKey(key.text);
  const record: ApiKeyRecord = {
    customerId,
    scopes,
    hash,
    label,
    createdAt: now,
    expiresAt,
    secretId: undefined,
  };
  await writeKeyFile(path, new Map(records).set(key.id, record));
  print(io, key.text);
  complain(
    io,
    `The key of ${customerId}, ${key.id}. It is not shown again; servers that read the file accept it within seconds.`,
  );
}

function missing(id: string, io: Io): false {
  complain(io, `There is no key ${id}.`);
  return false;
}
