import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { allFaults, restartInTurn } from './faults.ts';
import { createRandom } from './random.ts';
import { underLoad, type LoadOptions, type LoadResult } from './under-load.ts';

export interface PlayOptions extends LoadOptions {
  /** Time for which faults are caused again and again, each at least once. */
  readonly minutes: number;
}

export interface PlayResult extends LoadResult {
  readonly faults: number;
}

/** Kills and stops every process in turn under load, and restarts all of them in turn. */
export async function playFaults(cluster: LocalCluster, options: PlayOptions): Promise<PlayResult> {
  const { seed, minutes, tell } = options;
  const random = createRandom(seed);
  let faults = 0;
  const result = await underLoad(cluster, options, async (_ledger, failed) => {
    const startedAt = Date.now();
    do {
      for (const fault of allFaults(cluster, random)) {
        if (failed.aborted) return;
        await sleep(500 + random.below(1_500));
        tell(fault.name);
        await fault.play();
        faults += 1;
      }
      if (failed.aborted) return;
      tell('restart everything in turn');
      await restartInTurn(cluster);
    } while (Date.now() - startedAt < minutes * 60_000);
    await sleep(2_000);
  });
  return { ...result, faults };
}
