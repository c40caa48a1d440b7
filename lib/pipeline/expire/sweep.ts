import { decodeObject } from '../../domain/decode-object.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { decodeSweep, encodeSweep, type SweepPosition } from '../../domain/sweep-format.ts';
import type { WindowStart } from '../../domain/window.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

export interface SweepPorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
}

/** One kind of objects; its objects are deleted after those of the kind before. */
export interface SweepPhase {
  readonly prefix: string;
  /**
   * Deletes objects behind the horizon, starting after `after`, until `isTimeUp`.
   * @returns how far everything is deleted, or `undefined` where nothing is left
   */
  run(
    horizon: WindowStart,
    after: string | undefined,
    isTimeUp: () => boolean,
  ): Promise<{ readonly after: string | undefined } | undefined>;
}

/**
 * Deletes everything behind a horizon, phase by phase, as far as the time allows, and stores its position. A sweep that has
 * begun ends before the next one sets its horizon, so that the last objects get their turn, too. It may be killed anywhere,
 * and may run several times at once: a position is stored only after everything before it was deleted, by this sweep or by
 * the earlier ones whose position it continued, and deleting an object that no longer exists does nothing.
 * @returns whether all is deleted behind the horizon
 */
export async function sweep(
  key: ObjectKey,
  horizon: WindowStart,
  phases: readonly SweepPhase[],
  { store, clock }: SweepPorts,
  deadline: Date,
): Promise<boolean> {
  const object = await store.get(key);
  const stored = object && decodeObject(key, object.body, decodeSweep);
  const [first] = phases;
  const start = first && { prefix: first.prefix, after: undefined };
  const isNew = stored === undefined || (stored.next === undefined && stored.horizon < horizon);
  const begun = isNew ? { horizon, next: start } : stored;
  if (begun.next === undefined) return true;

  const isTimeUp = () => clock.now() >= deadline;
  let next: SweepPosition['next'] = begun.next;
  for (const [place, phase] of phases.entries()) {
    if (phase.prefix !== next?.prefix) continue;
    const left = await phase.run(begun.horizon, next.after, isTimeUp);
    const following = phases[place + 1];
    if (left !== undefined) {
      next = { prefix: phase.prefix, after: left.after };
      break;
    }
    next = following && { prefix: following.prefix, after: undefined };
  }
  const position = { horizon: begun.horizon, next, at: clock.now() };
  try {
    await store.put(key, encodeSweep(position), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
  } catch (error) {
    // Another invocation deletes, too, and its position is just as valid; the next invocation continues from there.
    if (!(error instanceof PreconditionFailed)) throw error;
  }
  return next === undefined && begun.horizon === horizon;
}
