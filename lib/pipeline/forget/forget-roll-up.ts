import type { FoldingLimits } from '../../domain/folding.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { decodeRolledUp } from '../../domain/roll-up-format.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import { UnreadableFormat } from '../../errors.ts';
import { recomputeWindow, type RecomputePorts } from '../roll-up/recompute-window.ts';
import { removeObject, type Removal } from './remove-object.ts';

/** Makes an hour or a day the sum of the parts that are left, and removes it if none is. */
export async function forgetRollUp(
  key: ObjectKey,
  size: RolledUpSize,
  ports: RecomputePorts,
  limits: FoldingLimits,
): Promise<Removal> {
  const damage = await removeObject(key, ports.store, (start) => {
    return decodeRolledUp(start) === undefined ? 'more' : 'keep';
  });
  if (damage === 'unknown') return 'unknown';
  try {
    const { kind } = await recomputeWindow(key, size, ports, limits);
    if (kind === 'unchanged') return 'kept';
    return damage === 'absent' ? 'absent' : 'removed';
  } catch (error) {
    if (error instanceof UnreadableFormat) return 'unknown'; // a part of it is
    throw error;
  }
}
