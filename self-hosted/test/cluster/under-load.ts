import type { LocalCluster } from '../../local/local-cluster.ts';
import { forgetfulClient, retryingClient, type Traffic } from './clients.ts';
import { compareCounts, type Comparison } from './compare-counts.ts';
import { Ledger } from './ledger.ts';
import { createRandom } from './random.ts';
import { watchHonesty, type Honesty } from './watch-honesty.ts';

export interface LoadOptions {
  /** Decides what is sent, and names the customers. */
  readonly seed: number;
  /** Longest time between the answer to a batch and the next one of the same client. */
  readonly maxPauseMilliseconds: number;
  /** Time after the end of the load in which everything has to be counted. */
  readonly settleSeconds: number;
  readonly tell: (line: string) => void;
}

export interface LoadResult extends Comparison, Honesty {
  /** Number of answers by status; `none` where no answer came. */
  readonly statuses: Readonly<Record<string, number>>;
}

/**
 * Sends batches and reads counts while something happens to a cluster, and compares the counts with what the clients
 * know once everything is left alone.
 * @param happens  is given the ledger of the clients, and a signal that is aborted if a client has failed
 */
export async function underLoad(
  cluster: LocalCluster,
  { seed, maxPauseMilliseconds, settleSeconds, tell }: LoadOptions,
  happens: (ledger: Ledger, failed: AbortSignal) => Promise<void>,
): Promise<LoadResult> {
  const ledger = new Ledger();
  const customers = [0, 1, 2, 3].map((each) => `cus-${seed}-${each}`);
  const startedAt = Date.now();
  const stop = new AbortController();
  const traffic = (offset: number): Traffic => ({
    urls: cluster.urls,
    ledger,
    customers,
    random: createRandom(seed + offset),
    startedAt,
    maxPauseMilliseconds,
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
  try {
    await happens(ledger, stop.signal);
  } finally {
    stop.abort();
  }
  await running;
  const { lies, answers } = await watching;
  tell('everything is left alone');
  const [url] = cluster.urls;
  if (url === undefined) throw new Error('The cluster has no address.');
  const comparison = await compareCounts(ledger, url, range, settleSeconds);
  return { ...comparison, lies, answers, statuses: Object.fromEntries(ledger.statuses) };
}
