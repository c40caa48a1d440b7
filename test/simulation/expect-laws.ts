import { expect } from 'vitest';
import { playHistory } from './history.ts';

/** Plays the histories of some seeds, and expects of each that it keeps all laws. */
export async function expectLaws(
  planFor: (seed: number) => Parameters<typeof playHistory>[0],
  { from = 1, seeds, command }: { readonly from?: number; readonly seeds: number; readonly command: string },
): Promise<void> {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { broken } = await playHistory(planFor(seed));
    expect(broken, `${command} --replay ${seed}`).toBeUndefined();
  }
}
