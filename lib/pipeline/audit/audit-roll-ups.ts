import type { CustomerId } from '../../domain/customer-id.ts';
import { windowPrefix, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { partSizeOf, type RolledUpSize, type WindowSize } from '../../domain/window.ts';
import type { Retention } from '../expire/retention.ts';
import type { AuditReporter, ObjectReader } from './audit-ports.ts';
import { keysIn, type DifferingBySize } from './differing-windows.ts';
import { eachObject } from './each-object.ts';
import { enclosingWindows } from './enclosing-windows.ts';
import { judgeRollUp } from './judge-roll-up.ts';
import { sortedUnion } from './sorted-union.ts';

export interface RollUpAuditOptions {
  /** Customer whose windows are audited; `undefined` for all. */
  readonly customerId: CustomerId | undefined;
  /** Returns whether the roll-up of what was written then may still be on its way. */
  readonly isPending: (updatedAt: Date) => boolean;
  /**
   * Minutes that are reported already: their hours and days are recomputed when they are repaired, and not judged by them. Hours
   * and days that differ are added.
   */
  readonly differing: DifferingBySize;
  /** Hours and days that have expired are not judged. Without it none expires. */
  readonly retention?: Retention;
}

export interface AuditedRollUps {
  /** Number of hours and days that exist, or should. */
  readonly rollUps: number;
  /** Number of roll-ups that are not yet the sum of their parts, which were written a moment ago. */
  readonly pendingRollUps: number;
}

/**
 * Reports which hours are not the sum of their minutes, and which days not that of their hours, as these are stored.
 * After an audit of the minutes, every count is held against the stored batches with that.
 * @throws Unavailable  there is no store, or it cannot be listed
 */
export async function auditRollUps(
  store: ObjectReader,
  { customerId, isPending, differing, retention }: RollUpAuditOptions,
  reporter: AuditReporter,
): Promise<AuditedRollUps> {
  let pendingRollUps = 0;

  const look = async ({ key, isJudged }: ListedRollUp, size: RolledUpSize) => {
    if (!isJudged) return;
    if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) return;
    const judged = await judgeRollUp(key, size, store, isPending);
    if (judged === 'right') return;
    // Asked after its parts were read: they may have been deleted meanwhile.
    if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) return;
    if (judged === 'pending') {
      pendingRollUps += 1;
      return;
    }
    reporter.found(judged);
    const remedy = judged.kind === 'window-unreadable' ? undefined : 'recount';
    differing[size].add({ key, differences: 1, remedy });
  };
  const keysOf = (size: RolledUpSize) => {
    const list = (listed: WindowSize) =>
      store.list(customerId === undefined ? `aggregates/${listed}/` : windowPrefix(customerId, listed));
    return sortedUnion(list(size), enclosingWindows(list(partSizeOf[size]), size));
  };
  // Hours first, since an hour that is reported itself does not judge its day.
  const allHours = () => except(keysOf('hour'), hoursOf(differing));
  const hours = await eachObject('hours', allHours, (hour) => look(hour, 'hour'), reporter);
  const allDays = () => except(keysOf('day'), daysOf(differing));
  const days = await eachObject('days', allDays, (day) => look(day, 'day'), reporter);
  return { rollUps: hours + days, pendingRollUps };
}

interface ListedRollUp {
  readonly key: ObjectKey;
  readonly isJudged: boolean;
}

/** Hours with a minute that is reported. */
function hoursOf({ minute }: DifferingBySize): AsyncGenerator<ObjectKey> {
  return enclosingWindows(keysIn(minute), 'hour');
}

/** Days with a minute or an hour that is reported. */
function daysOf(differing: DifferingBySize): AsyncGenerator<ObjectKey> {
  const ofMinutes = enclosingWindows(hoursOf(differing), 'day');
  return sortedUnion(ofMinutes, enclosingWindows(keysIn(differing.hour), 'day'));
}

/** Yields an ascending sequence without what is in another one as well. */
async function* except(
  all: AsyncIterable<ObjectKey>,
  unjudged: AsyncGenerator<ObjectKey>,
): AsyncGenerator<ListedRollUp> {
  try {
    let next = await unjudged.next();
    for await (const key of all) {
      while (next.done !== true && next.value < key) next = await unjudged.next();
      yield { key, isJudged: next.done === true || next.value !== key };
    }
  } finally {
    await unjudged.return(undefined);
  }
}
