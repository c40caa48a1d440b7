import pMap from 'p-map';
import type { FoldingLimits } from '../../domain/folding.ts';
import { groupBy } from '../../group-by.ts';
import { inTurns } from '../../domain/in-turns.ts';
import { errorsIn, type CustomerDay } from '../../domain/customer-index.ts';
import {
  customerIndexKeyOfSegment,
  customerSegmentOf,
  enclosingWindowKey,
  windowKeyOfSegment,
  windowStartOfKey,
  type ObjectKey,
} from '../../domain/keys.ts';
import type { RolledUpSize, WindowStart } from '../../domain/window.ts';
import { firstMinuteOf, lastMinuteOf, type MinuteEnds } from '../customer-index/minutes-of-day.ts';
import {
  beginIndexUpdate,
  updateCustomerIndex,
  type BegunIndexUpdate,
  type IndexedOutcome,
} from '../customer-index/update-customer-index.ts';
import { recomputeWindow, type Recomputed, type RecomputePorts } from './recompute-window.ts';

export interface RollUpOptions {
  readonly limits: FoldingLimits;
  /** Time after which no further day begins: the next invocation takes it, so that each invocation ends and makes progress. */
  readonly maxSeconds: number;
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
  | { readonly kind: 'failed'; readonly error: unknown };

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
 */
export async function rollUp(
  notifications: readonly WrittenNotification[],
  ports: RecomputePorts,
  { limits, maxSeconds }: RollUpOptions,
): Promise<RolledUp[]> {
  const deadline = ports.clock.now().getTime() + maxSeconds * 1_000;
  const hours = groupBy(notifications, ({ key }) => enclosingWindowKey(key, 'hour'));
  const days = groupBy(hours, ([hourKey]) => enclosingWindowKey(hourKey, 'day'));
  // One customer may have written a week of minutes: the day of another one does not wait for all of these.
  const customersInTurn = inTurns(days, ([dayKey]) => customerSegmentOf(dayKey));
  const rolledUp = await pMap(
    customersInTurn,
    async ([dayKey, itsHours]): Promise<RolledUp[]> => {
      if (ports.clock.now().getTime() <= deadline) return rollUpDay(dayKey, itsHours, ports, limits);
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
 * messages are done when the index is.
 */
async function rollUpDay(
  dayKey: ObjectKey,
  hours: readonly (readonly [ObjectKey, readonly WrittenNotification[]])[],
  ports: RecomputePorts,
  limits: FoldingLimits,
): Promise<RolledUp[]> {
  const begun = await attempt(() => beginIndexUpdate(customerSegmentOf(dayKey), ports.store));
  const minutesOfHours = new Map<WindowStart, MinuteEnds>();
  const rolledUp: RolledUp[] = [];
  for (const [key, notifications] of hours) {
    const hour = await attempt(() => recomputeWindow(key, 'hour', ports, limits));
    if ('ends' in hour) minutesOfHours.set(hour.window.windowStart, hour.ends);
    rolledUp.push({ key, size: 'hour', notifications, outcome: outcomeOf(hour) });
  }
  const notifications = rolledUp
    .filter(({ outcome }) => outcome.kind !== 'failed')
    .flatMap((hour) => hour.notifications);
  if (notifications.length === 0) return rolledUp;

  const day = await attempt(() => recomputeWindow(dayKey, 'day', ports, limits));
  rolledUp.push({ key: dayKey, size: 'day', notifications, outcome: outcomeOf(day) });
  if (day.kind === 'failed') return rolledUp;
  const index =
    'error' in begun ? begun : await attempt(() => indexDay(dayKey, day, begun, minutesOfHours, ports));
  const indexKey = customerIndexKeyOfSegment(customerSegmentOf(dayKey));
  return [...rolledUp, { key: indexKey, size: 'customer', notifications, outcome: outcomeOf(index) }];
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

function outcomeOf(result: Failure | { readonly kind: Recomputed['kind'] }): RollUpOutcome {
  return result.kind === 'failed' ? result : { kind: result.kind };
}
