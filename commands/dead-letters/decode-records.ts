import { decodeFailedInvocation } from '../../lib/domain/failed-invocation.ts';
import { decodeFailedRecord } from '../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';

/**
 * Decodes the records of a dead letter: a failed record, or the object of an invocation that Lambda gave up.
 * @throws UnreadableFormat  it is damaged, written by a newer version, or another kind of object
 */
export function decodeRecords(key: ObjectKey, body: Buffer) {
  if (!key.startsWith('failed/')) return decodeFailedInvocation(body);
  const { stream, failedAt, ...record } = decodeFailedRecord(body);
  return { stream, failedAt, records: [record] };
}
