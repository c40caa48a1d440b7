import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { forgetfulClient, retryingClient, type Traffic } from './clients.ts';
import { compareCounts, type Comparison } from './compare-counts.ts';
import { allFaults, restartInTurn } from './faults.ts';
import { Ledger } from './ledger.ts';
import { createRandom } from './random.ts';
import { watchHonesty, type Honesty } from './watch-honesty.ts';

export interface PlayOptions {
  readonly seed: number;
  /** Faults are played again and again for so long; each at least once. */
  readonly minutes: number;
  /** Time after the last fault in which everything has to be counted. */
  readonly settleSeconds: number;
  readonly tell: (line: string) => void;
}

export interface PlayResult extends Comparison, Honesty {
  readonly faults: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/**
 * Sends batches and reads counts while every process is killed and stopped in turn, restarts all of them in turn, and
 * compares the counts with what the clients know once everything is left alone.
 */
export async function playFaults(cluster: LocalCluster, options: PlayOptions): Promise<PlayResult> {
  const { seed, minutes, settleSeconds, tell } = options;
  const ledger = new Ledger();
  const startedAt = Date.now();
  const stop = new AbortController();
  const random = createRandom(seed);
  const traffic = (offset: number): Traffic => ({
    urls: cluster.urls,
    ledger,
    random: createRandom(seed + offset),
    startedAt,
    stopping: stop.signal,
  });
  const range = {
    from: new Date(startedAt - 4 * 3_600_000).toISOString().replace(/:\d\d\.\d+/, ':00'),
    to: new Date(startedAt + 120_000).toISOString().replace(/:\d\d\.\d+/, ':00'),
  };
  const sending = [
    retryingClient(traffic(1), `${seed}-r1`),
    retryingClient(traffic(2), `${seed}-r2`),
    retryingClient(traffic(3), `${seed}-r3`),
    forgetfulClient(traffic(4), `${seed}-f1`),
    forgetfulClient(traffic(5), `${seed}-f2`),
  ];
  const watching = watchHonesty(traffic(6), range);
  const running = Promise.all([...sending, watching]);
  running.catch(() => stop.abort());

  let faults = 0;
  try {
    do {
      for (const fault of allFaults(cluster, random)) {
        if (stop.signal.aborted) break;
        await sleep(500 + random.below(1_500));
        tell(fault.name);
        await fault.play();
        faults += 1;
      }
      if (stop.signal.aborted) break;
      tell('restart everything in turn');
      await restartInTurn(cluster);
    } while (Date.now() - startedAt < minutes * 60_000);
    await sleep(2_000);
  } finally {
    stop.abort();
  }
  await running;
  const { lies, answers } = await watching;
  tell('everything is left alone');
  const [url] = cluster.urls;
  if (url === undefined) throw new Error('The cluster has no address.');
  const comparison = await compareCounts(ledger, url, range, settleSeconds);
  return { ...comparison, lies, answers, faults, statuses: Object.fromEntries(ledger.statuses) };
}
