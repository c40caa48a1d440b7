import type { CustomerId } from '../../domain/customer-id.ts';
import { enclosingWindowKey, windowPrefix, type ObjectKey } from '../../domain/keys.ts';
import { partSizeOf, type RolledUpSize, type WindowSize } from '../../domain/window.ts';
import type { AuditReporter, ObjectReader } from './audit.ts';
import { eachObject } from './each-object.ts';
import { judgeRollUp } from './judge-roll-up.ts';
import { sortedUnion } from './sorted-union.ts';

export interface RollUpAuditOptions {
  /** Whose windows; `undefined` for everybody's. */
  readonly customerId: CustomerId | undefined;
  /** Whether the roll-up of what was written then may still be on its way. */
  readonly isPending: (updatedAt: Date) => boolean;
  /** Minutes that are told already: what they are part of is made anew when they are mended, and not judged by them. */
  readonly differing: Iterable<ObjectKey>;
}

export interface AuditedRollUps {
  /** How many hours and days there are, or should be. */
  readonly rollUps: number;
  /** Those that are not the sum of their parts yet, which were written a moment ago. */
  readonly pendingRollUps: number;
  /** Those that differ and can be made anew. */
  readonly rollUpRemedies: ReadonlyMap<ObjectKey, RolledUpSize>;
}

/**
 * Tells which hours are not the sum of their minutes, and which days not that of their hours, as these are stored. After
 * an audit of the minutes, every count is held against the stored batches with that.
 * @throws Unavailable  there is no store, or it cannot be listed
 */
export async function auditRollUps(
  store: ObjectReader,
  { customerId, isPending, differing }: RollUpAuditOptions,
  reporter: AuditReporter,
): Promise<AuditedRollUps> {
  const rollUpRemedies = new Map<ObjectKey, RolledUpSize>();
  const unjudged = new Set<ObjectKey>();
  for (const minute of differing) {
    const hour = enclosingWindowKey(minute, 'hour');
    unjudged.add(hour).add(enclosingWindowKey(hour, 'day'));
  }
  let pendingRollUps = 0;

  const look = async (key: ObjectKey, size: RolledUpSize) => {
    if (unjudged.has(key)) return;
    const judged = await judgeRollUp(key, size, store, isPending);
    if (judged === 'right') return;
    if (judged === 'pending') {
      pendingRollUps += 1;
      return;
    }
    reporter.found(judged);
    if (judged.kind !== 'window-unreadable') rollUpRemedies.set(key, size);
    if (size === 'hour') unjudged.add(enclosingWindowKey(key, 'day'));
  };
  const keysOf = (size: RolledUpSize) => () => {
    const list = (listed: WindowSize) =>
      store.list(customerId === undefined ? `aggregates/${listed}/` : windowPrefix(customerId, listed));
    return sortedUnion(list(size), enclosingWindows(list(partSizeOf[size]), size));
  };
  // Hours first, since a day is not judged by an hour that is told itself.
  const hours = await eachObject('hours', keysOf('hour'), (key) => look(key, 'hour'), reporter);
  const days = await eachObject('days', keysOf('day'), (key) => look(key, 'day'), reporter);
  return { rollUps: hours + days, pendingRollUps, rollUpRemedies };
}

/** Each once, as the parts of one window are listed together. */
async function* enclosingWindows(
  parts: AsyncIterable<ObjectKey>,
  size: RolledUpSize,
): AsyncGenerator<ObjectKey> {
  let last: ObjectKey | undefined;
  for await (const part of parts) {
    const key = enclosingWindowKey(part, size);
    if (key !== last) yield key;
    last = key;
  }
}
