import { decodeAnnouncement } from '../../domain/announcement.ts';
import { decodeFailedRecord, rollUpStream } from '../../domain/failed-record.ts';
import { decodeFailedInvocation } from '../../domain/failed-invocation.ts';
import { minuteKey, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { unseen } from '../../domain/packed-ids.ts';
import { decodePartial } from '../../domain/partial.ts';
import { decodeWindow } from '../../domain/window-format.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from './retention.ts';

export interface UncountedPorts {
  readonly store: Pick<ObjectStore, 'get'>;
  readonly retention: Retention;
}

/**
 * Returns whether an object with failed records has a partial that its window does not hold, or is about an hour or a day
 * that could not be recomputed, and that has not expired.
 * While such an object is kept, the customer's answers are not complete. Data that is not a partial can never be counted,
 * and is ignored.
 * @throws UnreadableFormat  the window is damaged, or of a newer version
 */
export async function hasUncounted(key: ObjectKey, { store, retention }: UncountedPorts): Promise<boolean> {
  const object = await store.get(key);
  if (object === undefined) return false;
  if (key.startsWith(`failed/${rollUpStream}/`)) {
    const minute = readable(() => decodeAnnouncement(decodeFailedRecord(object.body).data));
    return minute !== undefined && windowStartOfKey(minute) >= (await retention.horizon());
  }
  for (const data of recordsOf(key, object.body)) {
    const partial = readable(() => decodePartial(data));
    if (partial === undefined || partial.windowStart < (await retention.horizon())) continue;
    const window = await store.get(minuteKey(partial.customerId, partial.windowStart));
    const held = window === undefined ? Buffer.alloc(0) : decodeWindow(window.body).partialIds;
    if (unseen(held, [partial]).length > 0) return true;
  }
  return false;
}

function recordsOf(key: ObjectKey, body: Buffer): readonly Buffer[] {
  const records = readable(() =>
    key.startsWith('failed/') ? [decodeFailedRecord(body)] : decodeFailedInvocation(body).records,
  );
  return (records ?? []).map(({ data }) => data);
}

function readable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof UnreadableFormat) return undefined;
    throw error;
  }
}
