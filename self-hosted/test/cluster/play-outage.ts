import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '../../local/local-cluster.ts';
import type { Answered } from './ledger.ts';
import { underLoad, type LoadOptions, type LoadResult } from './under-load.ts';

export interface OutageOptions extends LoadOptions {
  /** Time for which no Kafka node runs. */
  readonly seconds: number;
}

export interface OutageResult extends LoadResult {
  /** Answers that came while no node ran, to batches that were sent then. */
  readonly outage: {
    readonly statuses: Readonly<Record<string, number>>;
    readonly withoutRetryAfter: number;
    /** Time of the slowest answer to a batch that was sent while no node ran. */
    readonly slowestSeconds: number;
  };
  /** Processes that did not answer `/ready` with 503 when Kafka had been away for some time. */
  readonly readyWithoutKafka: readonly string[];
  /** Processes that died. */
  readonly died: readonly string[];
}

/** Ends all Kafka nodes under load for some time; nobody restarts anything else. */
export async function playOutage(cluster: LocalCluster, options: OutageOptions): Promise<OutageResult> {
  const { seconds, tell } = options;
  const before = cluster.processes.map(({ restarts }) => restarts);
  let sent: readonly Answered[] = [];
  let answered: readonly Answered[] = [];
  const ready: string[] = [];
  const result = await underLoad(cluster, options, async (ledger) => {
    await sleep(5_000);
    tell(`Kafka is away for ${seconds} s`);
    await Promise.all(cluster.kafka.nodes.map((node) => node.stop()));
    const [goneAt, from] = [Date.now(), ledger.answers.length];
    await sleep(seconds * 500);
    ready.push(...(await readyProcesses(cluster)));
    await sleep(Math.max(0, goneAt + seconds * 1_000 - Date.now()));
    const backAt = Date.now();
    tell('Kafka comes back');
    await Promise.all(cluster.kafka.nodes.map((node) => node.start()));
    await Promise.all(cluster.processes.map((each) => each.untilReady()));
    tell('every process is ready again');
    await sleep(5_000);
    sent = ledger.answers.slice(from).filter(({ at }) => at >= goneAt && at < backAt);
    // A batch whose answer came later may have been put after all.
    answered = sent.filter(({ at, seconds }) => at + seconds * 1_000 < backAt);
  });
  const statuses: Record<string, number> = {};
  for (const { status } of answered) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    ...result,
    outage: {
      statuses,
      withoutRetryAfter: answered.filter(({ hasRetryAfter }) => !hasRetryAfter).length,
      slowestSeconds: Math.max(0, ...sent.map(({ seconds }) => seconds)),
    },
    readyWithoutKafka: ready,
    died: cluster.processes.filter(({ restarts }, at) => restarts !== before[at]).map(({ name }) => name),
  };
}

async function readyProcesses({ processes }: LocalCluster): Promise<string[]> {
  const statuses = await Promise.all(
    processes.map(async ({ adminUrl }) => (await fetch(`${adminUrl}/ready`)).status),
  );
  return processes.filter((_each, at) => statuses[at] !== 503).map(({ name }) => name);
}
