import pMap from 'p-map';
import type { FoldingLimits } from '../../domain/folding.ts';
import { groupBy } from '../../group-by.ts';
import { inTurns } from '../../domain/in-turns.ts';
import { errorsIn, type CustomerDay } from '../../domain/customer-index.ts';
import {
  customerIndexKeyOfSegment,
  customerOfKey,
  customerSegmentOf,
  enclosingWindowKey,
  windowKeyOfSegment,
  windowStartOfKey,
  type ObjectKey,
} from '../../domain/keys.ts';
import type { RolledUpSize, WindowStart } from '../../domain/window.ts';
import { NewerFormat, UnreadableFormat } from '../../errors.ts';
import { isFault } from '../aggregate/is-fault.ts';
import { firstMinuteOf, lastMinuteOf, type MinuteEnds } from '../customer-index/minutes-of-day.ts';
import {
  beginIndexUpdate,
  updateCustomerIndex,
  type BegunIndexUpdate,
  type IndexedOutcome,
} from '../customer-index/update-customer-index.ts';
import type { FailedRecords } from '../failed-records/failed-records.ts';
import { keepFailedRollUp, removeFailedRollUp, versionOfFailedRollUp } from './failed-roll-ups.ts';
import { recomputeWindow, type Recomputed, type RecomputePorts } from './recompute-window.ts';

export interface RollUpPorts extends RecomputePorts {
  /** Without it, the failed record of a window that is right again stays. */
  readonly failedRecords?: Pick<FailedRecords, 'mayHave'>;
}

export interface RollUpOptions {
  readonly limits: FoldingLimits;
  /** Time after which no further day begins: the next invocation takes it, so that each invocation ends and makes progress. */
  readonly maxSeconds: number;
  /**
   * Reports whether a window that failed by a fault of this program was tried enough: then it is kept as failed. Without it,
   * such a window is tried until its notifications become dead letters.
   */
  readonly isTriedEnough?: ((window: ObjectKey) => boolean) | undefined;
}

/** Notification that a minute was written. */
export interface WrittenNotification {
  readonly messageId: string;
  /** Key of the minute. */
  readonly key: ObjectKey;
}

/** Result for an hour, a day or a customer's entry of the index; where it failed or was postponed, its messages have to come back. */
export type RollUpOutcome =
  | { readonly kind: Recomputed['kind'] | 'postponed' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** It cannot be recomputed while an object that it needs is damaged: a failed record is kept, and its messages are done. */
  | { readonly kind: 'kept'; readonly error: unknown; readonly place: ObjectKey };

export interface RolledUp {
  readonly key: ObjectKey;
  readonly size: RolledUpSize | 'customer';
  /** Notifications that minutes of this window, or of the customer, were written. */
  readonly notifications: readonly WrittenNotification[];
  readonly outcome: RollUpOutcome;
}

/** Several, as most of the time goes into waiting for reads; few, as each may have the keys of 60 full minutes. */
const daysInFlight = 4;

/**
 * Updates the hours and days whose minutes were written, and the index of customers. Each is recomputed once, however many notifications there
 * are of its minutes, and from its parts: so it is right whatever was written twice, late or in another order, and a crash
 * anywhere leaves nothing but messages that come again. A day is recomputed also where its hour needed no change, since
 * whoever wrote that hour may have died before the day.
 *
 * A window that cannot be recomputed since an object is damaged holds up nothing else: a failed record is kept of it, and
 * with that its customer's answers are not complete. It is removed when the window was recomputed after all, which a write
 * of the damaged minute or a redrive has done.
 */
export async function rollUp(
  notifications: readonly WrittenNotification[],
  ports: RollUpPorts,
  options: RollUpOptions,
): Promise<RolledUp[]> {
  const { maxSeconds } = options;
  const deadline = ports.clock.now().getTime() + maxSeconds * 1_000;
  const hours = groupBy(notifications, ({ key }) => enclosingWindowKey(key, 'hour'));
  const days = groupBy(hours, ([hourKey]) => enclosingWindowKey(hourKey, 'day'));
  // One customer may have written a week of minutes: the day of another one does not wait for all of these.
  const customersInTurn = inTurns(days, ([dayKey]) => customerSegmentOf(dayKey));
  const rolledUp = await pMap(
    customersInTurn,
    async ([dayKey, itsHours]): Promise<RolledUp[]> => {
      if (ports.clock.now().getTime() <= deadline) return rollUpDay(dayKey, itsHours, ports, options);
      const itsNotifications = itsHours.flatMap(([, those]) => those);
      return [{ key: dayKey, size: 'day', notifications: itsNotifications, outcome: { kind: 'postponed' } }];
    },
    { concurrency: daysInFlight },
  );
  return rolledUp.flat();
}

/**
 * Recomputes hours, their day, and what the index of customers says of the day. The entry of the index is read first,
 * so that it is replaced only if what was read after it is not older than what somebody else has written there. The
 * messages are done when the index is, and only then are failed records removed.
 */
async function rollUpDay(
  dayKey: ObjectKey,
  hours: readonly (readonly [ObjectKey, readonly WrittenNotification[]])[],
  ports: RollUpPorts,
  options: RollUpOptions,
): Promise<RolledUp[]> {
  const segment = customerSegmentOf(dayKey);
  const indexKey = customerIndexKeyOfSegment(segment);
  const windows = [...hours.map(([key]) => key), dayKey, indexKey];
  const failedBefore = await attempt(() => readFailedRollUps(windows, ports));
  if ('error' in failedBefore) {
    const all = hours.flatMap(([, those]) => those);
    return [{ key: dayKey, size: 'day', notifications: all, outcome: failedBefore }];
  }
  const begun = await attempt(() => beginIndexUpdate(segment, ports.store));
  const minutesOfHours = new Map<WindowStart, MinuteEnds>();
  const rolledUp: RolledUp[] = [];
  const add = async (window: Omit<RolledUp, 'outcome'>, result: Result) => {
    rolledUp.push({ ...window, outcome: await outcomeOf(window, result, ports, options) });
  };
  for (const [key, notifications] of hours) {
    const hour = await attempt(() => recomputeWindow(key, 'hour', ports, options.limits));
    if ('ends' in hour) minutesOfHours.set(hour.window.windowStart, hour.ends);
    await add({ key, size: 'hour', notifications }, hour);
  }
  const recomputed = rolledUp.filter(({ outcome }) => !('error' in outcome));
  const notifications = recomputed.flatMap((hour) => hour.notifications);
  if (notifications.length === 0) return rolledUp;

  const day = await attempt(() => recomputeWindow(dayKey, 'day', ports, options.limits));
  await add({ key: dayKey, size: 'day', notifications }, day);
  if ('error' in day) return rolledUp;
  const index =
    'error' in begun
      ? begun
      : await attempt(async () => {
          const indexed = await indexDay(dayKey, day, begun, minutesOfHours, ports);
          for (const key of [...recomputed.map((hour) => hour.key), dayKey, indexKey]) {
            const version = failedBefore.versions.get(key);
            if (version !== undefined) await removeFailedRollUp(key, version, ports.store);
          }
          return indexed;
        });
  await add({ key: indexKey, size: 'customer', notifications }, index);
  return rolledUp;
}

/** Reads which of these windows of a customer have a failed record, and its version. */
async function readFailedRollUps(
  windows: readonly ObjectKey[],
  { store, failedRecords }: RollUpPorts,
): Promise<{ readonly versions: ReadonlyMap<ObjectKey, string> }> {
  const versions = new Map<ObjectKey, string>();
  const [window] = windows;
  if (failedRecords === undefined || window === undefined) return { versions };
  if (!(await failedRecords.mayHave(customerOfKey(window)))) return { versions };
  for (const key of windows) {
    const version = await versionOfFailedRollUp(key, store);
    if (version !== undefined) versions.set(key, version);
  }
  return { versions };
}

/** Puts a day that was recomputed into the index of customers. */
async function indexDay(
  dayKey: ObjectKey,
  day: Recomputed,
  begun: BegunIndexUpdate,
  minutesOfHours: ReadonlyMap<WindowStart, MinuteEnds>,
  { store, retention }: RecomputePorts,
): Promise<{ readonly kind: IndexedOutcome }> {
  const segment = customerSegmentOf(dayKey);
  let indexed: CustomerDay | undefined;
  if ('window' in day) {
    const { window, ends } = day;
    const hourKey = (start: WindowStart) => windowKeyOfSegment(segment, 'hour', start);
    const firstWindow =
      minutesOfHours.get(ends.first)?.first ?? (await firstMinuteOf(hourKey(ends.first), store));
    const lastWindow = minutesOfHours.get(ends.last)?.last ?? (await lastMinuteOf(hourKey(ends.last), store));
    const errors = errorsIn(window.counts.requestsByStatus);
    if (firstWindow !== undefined && lastWindow !== undefined) {
      indexed = { requests: window.requests, errors, firstWindow, lastWindow };
    }
  }
  const days = new Map([[windowStartOfKey(dayKey), indexed]]);
  return { kind: await updateCustomerIndex(segment, { begun, days }, { store, retention }) };
}

interface Failure {
  readonly kind: 'failed';
  readonly error: unknown;
}

/** Returns the error as a result, so that others go on. */
async function attempt<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (error) {
    return { kind: 'failed', error };
  }
}

type Result = Failure | { readonly kind: Recomputed['kind'] | IndexedOutcome };

/** Returns the outcome for a window, of which it keeps a failed record if it would fail each time. */
async function outcomeOf(
  { key, notifications }: Omit<RolledUp, 'outcome'>,
  result: Result,
  ports: RollUpPorts,
  { isTriedEnough = () => false }: RollUpOptions,
): Promise<RollUpOutcome> {
  if (!('error' in result)) return { kind: result.kind };
  const { error } = result;
  const isForGood =
    error instanceof UnreadableFormat
      ? !(error instanceof NewerFormat)
      : isFault(error) && isTriedEnough(key);
  const [notification] = notifications;
  if (!isForGood || notification === undefined) return result;
  const failed = { window: key, minute: notification.key, error };
  return attempt(async () => ({ kind: 'kept', error, place: await keepFailedRollUp(failed, ports) }));
}
