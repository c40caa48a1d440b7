import type { FoldingLimits } from '../../domain/folding.ts';
import { enclosingWindowKey, type ObjectKey } from '../../domain/keys.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import { recomputeWindow, type RecomputePorts } from '../recompute-window.ts';
import { reasonOf } from './reason-of.ts';
import type { RepairOutcome } from './repair.ts';

/** What has to be made anew. */
export interface RollUpsToRepair {
  /** Those that an audit has found to differ; what becomes of each is told. */
  readonly remedies: ReadonlyMap<ObjectKey, RolledUpSize>;
  /** Minutes that were mended: their hours and days are told where they change. */
  readonly mendedMinutes: Iterable<ObjectKey>;
}

/** Makes hours and days the sums of their parts again, as the pipeline does; only where that changes them. */
export async function repairRollUps(
  { remedies, mendedMinutes }: RollUpsToRepair,
  ports: RecomputePorts,
  limits: FoldingLimits,
  told: (outcome: RepairOutcome) => void,
): Promise<void> {
  const hours = new Set([...mendedMinutes].map((minute) => enclosingWindowKey(minute, 'hour')));
  const days = new Set<ObjectKey>();
  for (const [key, size] of remedies) (size === 'hour' ? hours : days).add(key);
  for (const hour of hours) days.add(enclosingWindowKey(hour, 'day'));

  const mend = async (key: ObjectKey, size: RolledUpSize) => {
    const { isNews, outcome } = await repairOne(key, size, ports, limits);
    if (isNews || remedies.has(key)) told(outcome);
  };
  for (const key of hours) await mend(key, 'hour');
  for (const key of days) await mend(key, 'day');
}

async function repairOne(
  key: ObjectKey,
  size: RolledUpSize,
  ports: RecomputePorts,
  limits: FoldingLimits,
): Promise<{ readonly isNews: boolean; readonly outcome: RepairOutcome }> {
  try {
    const recomputed = await recomputeWindow(key, size, ports, limits);
    if (recomputed.kind === 'absent') {
      return { isNews: false, outcome: { key, kind: 'not-mended', reason: 'nothing is left of its parts' } };
    }
    const { requests } = recomputed.window;
    return { isNews: recomputed.kind !== 'unchanged', outcome: { key, kind: 'mended', requests } };
  } catch (error) {
    if (!(error instanceof UnreadableFormat || error instanceof Unavailable)) throw error;
    return { isNews: true, outcome: { key, kind: 'not-mended', reason: reasonOf(error) } };
  }
}
