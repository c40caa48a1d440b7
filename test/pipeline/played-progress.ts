import type { Outstanding } from '../../lib/domain/completeness.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { CountingProgress } from '../../lib/ports/counting-progress.ts';

const nothing = { entries: 0, waitsWithin: () => false };

/** Creates the given progress; by default nothing waits. */
export function playedProgress(
  clock: Clock,
  {
    minutes = {},
    rollUps = minutes,
  }: { minutes?: Partial<Outstanding>; rollUps?: Partial<Outstanding> } = {},
): CountingProgress {
  return {
    of: async () => ({
      minutes: { through: clock.now(), ...nothing, ...minutes },
      rollUps: { through: clock.now(), ...nothing, ...rollUps },
    }),
  };
}
