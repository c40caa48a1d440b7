import type { Scheduler } from './scheduler.ts';

/** Repeats an act until faults end, on average once in a number of steps; `Infinity` for never. */
export type Disturb = (stepsBetween: number, act: () => void) => void;

/** @param phase  faults end when it is healed */
export function createDisturb(scheduler: Scheduler, phase: { readonly isHealed: boolean }): Disturb {
  return function disturb(stepsBetween, act) {
    if (!Number.isFinite(stepsBetween)) return;
    scheduler.after(scheduler.chance.upTo(2 * stepsBetween) * 10, 'disturb', () => {
      if (phase.isHealed) return;
      act();
      disturb(stepsBetween, act);
    });
  };
}
