import type { FoldingLimits } from '../../domain/folding.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import { PreconditionFailed, Unavailable, UnreadableFormat } from '../../errors.ts';
import { recomputeWindow, type RecomputePorts } from '../roll-up/recompute-window.ts';
import { AscendingLookup, keysIn, type DifferingBySize } from './differing-windows.ts';
import { enclosingWindows } from './enclosing-windows.ts';
import { reasonOf } from '../../reason-of.ts';
import type { RepairOutcome, RepairReporter } from './repair.ts';
import { sortedUnion } from './sorted-union.ts';

/** Windows to recompute. */
export interface RollUpsToRepair {
  /** Windows that an audit has found to differ; the result for each that has a remedy is reported. */
  readonly differing: DifferingBySize;
  /** Repaired minutes, ascending: changes of their hours and days are reported. */
  readonly repairedMinutes: () => Iterable<ObjectKey>;
  /** Minutes were removed, so that what has no part left is removed, too. */
  readonly isRemovingEmpty: boolean;
}

/** Recomputes hours and days from their parts, as the pipeline does, and writes those that change. */
export async function repairRollUps(
  { differing, repairedMinutes, isRemovingEmpty }: RollUpsToRepair,
  ports: RecomputePorts,
  limits: FoldingLimits,
  told: RepairReporter,
): Promise<void> {
  const toRepair = (size: RolledUpSize) => keysIn(differing[size], { withRemedy: true });
  const hours = () => sortedUnion(enclosingWindows(repairedMinutes(), 'hour'), toRepair('hour'));
  const days = () => sortedUnion(enclosingWindows(hours(), 'day'), toRepair('day'));

  const repairAll = async (keys: AsyncIterable<ObjectKey>, size: RolledUpSize) => {
    const windows = new AscendingLookup(differing[size]);
    try {
      for await (const key of keys) {
        const { isNews, outcome } = await repairOne(key, size, ports, limits, isRemovingEmpty);
        const found = windows.find(key);
        if (isNews || found?.remedy !== undefined) told(outcome, found?.differences ?? 0);
      }
    } finally {
      windows.close();
    }
  };
  await repairAll(hours(), 'hour');
  await repairAll(days(), 'day');
}

async function repairOne(
  key: ObjectKey,
  size: RolledUpSize,
  ports: RecomputePorts,
  limits: FoldingLimits,
  isRemovingEmpty: boolean,
): Promise<{ readonly isNews: boolean; readonly outcome: RepairOutcome }> {
  try {
    const object = isRemovingEmpty ? await ports.store.get(key) : undefined;
    const recomputed = await recomputeWindow(key, size, ports, limits);
    if (recomputed.kind === 'absent') {
      if (object !== undefined) {
        await ports.store.delete(key, { ifMatch: object.etag });
        return { isNews: true, outcome: { key, kind: 'removed' } };
      }
      return {
        isNews: false,
        outcome: { key, kind: 'not-repaired', reason: 'nothing is left of its parts' },
      };
    }
    if (recomputed.kind === 'expired') {
      return { isNews: false, outcome: { key, kind: 'not-repaired', reason: 'it has expired' } };
    }
    const { requests } = recomputed.window;
    return { isNews: recomputed.kind !== 'unchanged', outcome: { key, kind: 'repaired', requests } };
  } catch (error) {
    const isLeftAsItIs =
      error instanceof UnreadableFormat ||
      error instanceof Unavailable ||
      error instanceof PreconditionFailed;
    if (!isLeftAsItIs) throw error;
    return { isNews: true, outcome: { key, kind: 'not-repaired', reason: reasonOf(error) } };
  }
}
