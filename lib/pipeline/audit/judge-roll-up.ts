import { dimensions } from '../../domain/dimensions.ts';
import { otherKey } from '../../domain/folding.ts';
import { encodeHoursOfDay, hasHours } from '../../domain/hours-of-day.ts';
import { saturatedSum } from '../../domain/sums.ts';
import { tombstoneKeyOfWindow, windowKey, type ObjectKey } from '../../domain/keys.ts';
import { decodeWholeRolledUp } from '../../domain/roll-up-format.ts';
import type { RolledUpWindow } from '../../domain/roll-up.ts';
import type { Tombstone } from '../../domain/tombstone.ts';
import { emptySum, type WindowSum } from '../../domain/window-sum.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import { readTombstoneAt } from '../forget/read-tombstone.ts';
import { sumOfParts } from '../roll-up/sum-of-parts.ts';
import type { ObjectReader } from './audit-ports.ts';
import { addMeasures, emptyMeasures } from '../../domain/measures.ts';
import { differing, differingCounts } from './differing-counts.ts';
import { differingMeasures } from './differing-measures.ts';
import type { Difference } from './findings.ts';
import { reasonOf } from '../../reason-of.ts';

type Judgement = Difference | 'right' | 'pending';

/**
 * Holds one hour against its minutes, or one day against its hours. It looks for a tombstone of the customer only where
 * they differ: a minute from before it is no part, and a slow `aggregate` may be about to remove it.
 */
export async function judgeRollUp(
  key: ObjectKey,
  size: RolledUpSize,
  store: ObjectReader,
  isPending: (updatedAt: Date) => boolean,
): Promise<Judgement> {
  try {
    const judged = await judge(key, size, store, { tombstone: undefined, isPending });
    if (judged === 'right') return judged;
    const tombstone = await readTombstoneAt(tombstoneKeyOfWindow(key), store);
    return tombstone === undefined ? judged : await judge(key, size, store, { tombstone, isPending });
  } catch (error) {
    if (!(error instanceof UnreadableFormat || error instanceof Unavailable)) throw error;
    return { kind: 'window-unreadable', key, reason: reasonOf(error) };
  }
}

interface Circumstances {
  readonly tombstone: Tombstone | undefined;
  readonly isPending: (updatedAt: Date) => boolean;
}

async function judge(
  key: ObjectKey,
  size: RolledUpSize,
  store: ObjectReader,
  { tombstone, isPending }: Circumstances,
): Promise<Judgement> {
  const stored = await read(key, store);
  const window = stored?.window;
  const parts = await sumOfParts(key, size, store, tombstone);
  if (window === undefined && parts === undefined) return 'right';
  const details = window && [
    ...differences(window, parts?.sum ?? emptySum()),
    ...(hasHours(stored.body, encodeHoursOfDay(parts?.hours ?? [])) ? [] : ['its hours differ']),
  ];
  if (details?.length === 0) return 'right';
  if (parts !== undefined && isPending(parts.updatedAt)) return 'pending';

  if (window !== undefined && details !== undefined) {
    const { customerId, windowSize, windowStart } = window;
    return { kind: 'roll-up-differs', key, customerId, windowSize, windowStart, details };
  }
  return parts === undefined
    ? 'right'
    : { kind: 'roll-up-missing', key, ...parts.window, requests: parts.sum.requests };
}

interface StoredRollUp {
  readonly window: RolledUpWindow;
  readonly body: Buffer;
}

async function read(key: ObjectKey, store: ObjectReader): Promise<StoredRollUp | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  const window = decodeWholeRolledUp(object.body);
  if (windowKey(window.customerId, window.windowSize, window.windowStart) !== key) {
    throw new UnreadableFormat('A window is at the place of another one.');
  }
  return { window, body: object.body };
}

function differences(window: RolledUpWindow, sum: WindowSum): string[] {
  const scalars = (['requests', 'lateRequests'] as const).flatMap((field) =>
    window[field] === sum[field] ? [] : [differing(field, window[field], sum[field])],
  );
  const byKey = dimensions.flatMap(({ field }) => {
    const [found, expected] = [window.counts[field], sum.counts[field]];
    return found.has(otherKey)
      ? foldedDifferences(field, found, expected)
      : differingCounts(field, found, expected);
  });
  const { requestsByPath } = window.counts;
  const folded = emptyMeasures();
  addMeasures(folded, sum.measures, (path) => (requestsByPath.has(path) ? path : otherKey));
  return [...scalars, ...byKey, ...differingMeasures(window.measures, folded)];
}

/**
 * Checks what must hold where keys were folded: each kept key has all of its requests, and all of them together with
 * `(other)` are the total. Which keys are kept depends on the limits at that time.
 */
function foldedDifferences(
  field: string,
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): string[] {
  const kept = [...found].filter(([key]) => key !== otherKey);
  const expectedOfKept = kept.map(([key]) => [key, expected.get(key) ?? 0] as const);
  const details = differingCounts(field, new Map(kept), new Map(expectedOfKept));
  const [is, shouldBe] = [totalOf(found), totalOf(expected)];
  return is === shouldBe ? details : [...details, differing(`${field} together`, is, shouldBe)];
}

function totalOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce(saturatedSum, 0);
}
