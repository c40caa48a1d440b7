import pMap from 'p-map';
import type { FoldingLimits } from '../../domain/folding.ts';
import { groupBy } from '../../group-by.ts';
import { inTurns } from '../../domain/in-turns.ts';
import { customerSegmentOf, enclosingWindowKey, type ObjectKey } from '../../domain/keys.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import { recomputeWindow, type Recomputed, type RecomputePorts } from './recompute-window.ts';

export interface RollUpOptions {
  readonly limits: FoldingLimits;
  /** Days that are not begun by then have to wait for the next invocation, so that each ends and makes headway. */
  readonly maxSeconds: number;
}

/** Word that a minute was written. */
export interface WrittenNotification {
  readonly messageId: string;
  /** Key of the minute. */
  readonly key: ObjectKey;
}

/** Result for an hour or a day; where it failed or was postponed, its messages have to come back. */
export type RollUpOutcome =
  | { readonly kind: Recomputed['kind'] | 'postponed' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface RolledUp {
  readonly key: ObjectKey;
  readonly size: RolledUpSize;
  /** Notifications that minutes of this window were written. */
  readonly notifications: readonly WrittenNotification[];
  readonly outcome: RollUpOutcome;
}

/** Several, as most of the time goes into waiting for reads; few, as each may have the keys of 60 full minutes. */
const daysInFlight = 4;

/**
 * Updates the hours and days whose minutes were written. Each is recomputed once, however many notifications there
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

async function rollUpDay(
  dayKey: ObjectKey,
  hours: readonly (readonly [ObjectKey, readonly WrittenNotification[]])[],
  ports: RecomputePorts,
  limits: FoldingLimits,
): Promise<RolledUp[]> {
  const recompute = async (
    key: ObjectKey,
    size: RolledUpSize,
    notifications: readonly WrittenNotification[],
  ) => {
    const outcome = await recomputeWindow(key, size, ports, limits).then(
      ({ kind }): RollUpOutcome => ({ kind }),
      (error: unknown): RollUpOutcome => ({ kind: 'failed', error }),
    );
    return { key, size, notifications, outcome };
  };

  const rolledUp: RolledUp[] = [];
  for (const [key, notifications] of hours) rolledUp.push(await recompute(key, 'hour', notifications));
  const ofDone = rolledUp
    .filter(({ outcome }) => outcome.kind !== 'failed')
    .flatMap(({ notifications }) => notifications);
  if (ofDone.length > 0) rolledUp.push(await recompute(dayKey, 'day', ofDone));
  return rolledUp;
}
