import pMap, { pMapSkip } from 'p-map';
import type { FoldingLimits } from '../../domain/folding.ts';
import {
  alertEventPrefix,
  alertStateKey,
  batchPrefix,
  customerIndexKey,
  windowPrefix,
  type ObjectKey,
} from '../../domain/keys.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import type { Clock } from '../../ports/clock.ts';
import { failedRecordPrefixes } from '../failed-records/failed-records.ts';
import { announceUncounted, type AnnouncePorts } from './announce-uncounted.ts';
import { forgetAlertEvent, forgetAlertState } from './forget-alerts.ts';
import { forgetBatch } from './forget-batch.ts';
import { forgetFailedRecord, forgetFailedInvocation } from './forget-failed-records.ts';
import { forgetIndex } from './forget-index.ts';
import { forgetMinute } from './forget-minute.ts';
import { forgetRollUp } from './forget-roll-up.ts';
import type { Removal } from './remove-object.ts';
import { completeForgetting } from './write-tombstone.ts';

export interface ForgetPorts extends AnnouncePorts {
  readonly clock: Clock;
}

export interface ForgetOptions {
  readonly limits: FoldingLimits;
  /** Time after which nothing new begins; another call continues. */
  readonly maxSeconds: number;
}

/** Numbers of objects removed. */
export interface Removed {
  readonly batches: number;
  readonly windows: number;
  readonly failedRecords: number;
  readonly alerts: number;
}

export interface ForgottenCustomer {
  readonly removed: Removed;
  /** Everything is removed, and the tombstone says so. */
  readonly isDone: boolean;
  /** Objects that a newer version wrote, so that nobody here can tell whether they are to be removed. */
  readonly unknown: readonly ObjectKey[];
}

type Kind = keyof Removed;

/** A removal on S3 takes some 30 ms, and the laptop's flushes are shared by those that come together. */
const objectsInFlight = 64;
const maxUnknown = 5;

/**
 * Removes all that a tombstone is about, beside a running pipeline. It passes over everything until a pass finds nothing
 * more: batches first, so that nobody emits them again, then minutes, then hours, days and the customer's entry of the index, which
 * are made of these. Killed anywhere, it is
 * called again and goes on; the tombstone is complete only when all is removed.
 *
 * It removes only what it has read (`removeObject`), and keeps what the tombstone does not forget. What `aggregate` and
 * `roll-up` write while it passes is theirs to look after: they look at the tombstone when they have written.
 */
export async function forgetCustomer(
  tombstone: Tombstone,
  ports: ForgetPorts,
  { limits, maxSeconds }: ForgetOptions,
): Promise<ForgottenCustomer> {
  const { store, clock } = ports;
  const { customerId } = tombstone;
  const deadline = clock.now().getTime() + maxSeconds * 1_000;
  let hasBeenOver = false;
  // Once over, it stays so, also when the clock is set back: a pass that ended early has not found everything.
  const isOver = () => (hasBeenOver ||= clock.now().getTime() > deadline);
  const removed = { batches: 0, windows: 0, failedRecords: 0, alerts: 0 };
  let unknown: ObjectKey[] = [];

  /** @returns how many were removed */
  const each = async (prefix: string, kind: Kind, remove: (key: ObjectKey) => Promise<Removal>) => {
    let count = 0;
    await pMap(
      untilOver(store.list(prefix), isOver),
      async (key) => {
        const removal = await remove(key);
        if (removal === 'removed') count += 1;
        if (removal === 'unknown' && unknown.length < maxUnknown) unknown.push(key);
        return pMapSkip;
      },
      { concurrency: objectsInFlight },
    );
    removed[kind] += count;
    return count;
  };
  const eachRollUp = (size: RolledUpSize) =>
    each(windowPrefix(customerId, size), 'windows', (key) =>
      forgetRollUp(key, size, { store, clock }, limits),
    );

  const passIndex = async () => {
    const removal = await forgetIndex(customerId, { store });
    if (removal === 'unknown' && unknown.length < maxUnknown) unknown.push(customerIndexKey(customerId));
    return removal === 'removed' ? 1 : 0;
  };

  /** Removes the state before the events, because events are made of it. */
  const passAlerts = async () => {
    const removal = isOver() ? 'absent' : await forgetAlertState(tombstone, store);
    if (removal === 'unknown' && unknown.length < maxUnknown) unknown.push(alertStateKey(customerId));
    if (removal === 'removed') removed.alerts += 1;
    const events = await each(alertEventPrefix(customerId), 'alerts', (key) =>
      forgetAlertEvent(key, tombstone, store),
    );
    return events + (removal === 'removed' ? 1 : 0);
  };

  const pass = async (): Promise<number> => {
    unknown = [];
    const batches = await each(batchPrefix(customerId), 'batches', (key) =>
      forgetBatch(key, tombstone, store),
    );
    const minutes = await each(windowPrefix(customerId, 'minute'), 'windows', (key) =>
      forgetMinute(key, tombstone, store),
    );
    const hours = await eachRollUp('hour');
    const days = await eachRollUp('day');
    const index = isOver() ? 0 : await passIndex();
    const [failed, invocations] = failedRecordPrefixes;
    const failedRecords =
      (await each(failed, 'failedRecords', (key) => forgetFailedRecord(key, tombstone, store))) +
      (await each(invocations, 'failedRecords', (key) => forgetFailedInvocation(key, tombstone, store)));
    const alerts = await passAlerts();
    return batches + minutes + hours + days + index + failedRecords + alerts;
  };

  while ((await pass()) > 0) if (isOver()) break;
  if (isOver() || unknown.length > 0) return { removed, isDone: false, unknown };
  const announcedFrom = clock.now();
  await announceUncounted(tombstone, ports);
  const announcedTo = clock.now();
  // What was announced waits since a time between the two, also if the clock was set back meanwhile.
  const completedAt = announcedFrom > announcedTo ? announcedFrom : announcedTo;
  const isDone = await completeForgetting(tombstone, store, completedAt);
  return { removed, isDone, unknown };
}

async function* untilOver<T>(items: AsyncIterable<T>, isOver: () => boolean): AsyncGenerator<T> {
  for await (const item of items) {
    if (isOver()) return;
    yield item;
  }
}
