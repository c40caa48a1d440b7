import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestCheckpoint } from '../../flink/newest-checkpoint.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { allFaults } from './faults.ts';
import { createRandom } from './random.ts';
import { underLoad } from './under-load.ts';
import { startTestCluster } from './use-cluster.ts';

/** Leaves most of two cores to the cluster. */
const maxPauseMilliseconds = 250;
/** Faults of Flink, and of what it depends on; `cluster.test.ts` has the others. */
const ofFlink = /JobManager|TaskManager|aggregate-1|kill -9 (?:Kafka|versitygw)/;

/** Every entry is counted once, and no answer claimed too much. */
const exact = { lies: [], differences: [], isLoaded: true };
/** Starting Flink and a cluster takes long on a busy machine; nothing depends on it. */
const startMilliseconds = 600_000;

/** The tests build on each other: each goes on with the cluster, and the data, of the one before. */
describe('a cluster with a Flink job in place of the event source', () => {
  let cluster: LocalCluster;
  let remove: () => Promise<void>;
  let seed = 20_260_101;

  beforeAll(async () => {
    ({ cluster, remove } = await startTestCluster({
      firstPort: 19_600,
      hasFlink: true,
      processes: { api: 1, summarizer: 1, aggregate: 2, verify: 1, 'roll-up': 1 },
    }));
  }, startMilliseconds);
  afterAll(async () => {
    await remove?.();
  });

  /** Sends and reads while something happens; returns what differs, and what the load was. */
  async function loadWhile(happens: (tell: (line: string) => void) => Promise<void>) {
    seed += 1;
    const told: string[] = [];
    const tell = (line: string) => void told.push(`${new Date().toISOString().slice(14, 19)} ${line}`);
    const load = { seed, maxPauseMilliseconds, settleSeconds: 200, tell };
    const result = await underLoad(cluster, load, async () => {
      await sleep(2_000);
      await happens(tell);
      await untilDated(cluster, tell);
    });
    // With too few batches and answers nothing was at stake, or the watch has seen nothing.
    const isLoaded = (result.statuses['202'] ?? 0) > 20 && result.answers.dated > 5;
    return { ...result, told, isLoaded };
  }

  it('counts everything once, and never claims too much, while its parts are killed and stopped', async () => {
    const random = createRandom(seed);
    const result = await loadWhile(async (tell) => {
      for (const fault of allFaults(cluster, random).filter(({ name }) => ofFlink.test(name))) {
        tell(fault.name);
        await fault.play();
        await sleep(500 + random.below(1_000));
      }
    });
    expect(result).toMatchObject(exact);
  });

  it('does so from an older checkpoint, and with no state', async () => {
    const { flinkJob } = cluster;
    const older = await newestCheckpoint(flinkJob.flink.checkpoints);
    if (older === undefined) throw new Error('There is no checkpoint.');
    const copy = join(flinkJob.flink.checkpoints, '..', 'older');
    await cp(fileURLToPath(older), copy, { recursive: true });
    const result = await loadWhile(async (tell) => {
      await sleep(4_000);
      tell('submit the job from an older checkpoint');
      await flinkJob.cancel();
      await flinkJob.submit(pathToFileURL(copy).href);
      await sleep(3_000);
      tell('submit the job without state');
      await flinkJob.cancel();
      await flinkJob.submit(undefined);
    });
    expect(result).toMatchObject(exact);
    await rm(copy, { recursive: true });
  });

  it('does so with the event source beside it, and then with the event source alone', async () => {
    const result = await loadWhile(async (tell) => {
      tell('use both engines');
      await useEngine(cluster, 'both');
      tell('kill the TaskManager, then one process of the role');
      await cluster.flinkJob.flink.taskManager.kill();
      await untilDated(cluster, tell); // the event source goes on
      await cluster.flinkJob.tend();
      cluster.of('aggregate')[0]?.signal('SIGKILL');
      await untilDated(cluster, tell);
      tell('use the event source alone');
      await useEngine(cluster, 'event-source');
      await cluster.flinkJob.cancel();
    });
    expect(result).toMatchObject(exact);
  });
});

/** Restarts every process with another engine, one after the other. */
async function useEngine(cluster: LocalCluster, engine: string): Promise<void> {
  for (const each of cluster.processes) {
    await each.stop();
    each.set({ AGGREGATE_ENGINE: engine });
    await each.start();
  }
}

/** Waits until a barrier that begins now has passed. */
async function untilDated(cluster: LocalCluster, tell: (line: string) => void): Promise<void> {
  const from = Date.now();
  for (;;) {
    const text = await (await fetch(`${cluster.of('verify')[0]?.adminUrl}/metrics`)).text();
    const [, age] = /^log_analytics_barrier_age_seconds\{through="minutes"\} ([\d.]+)$/m.exec(text) ?? [];
    if (age !== undefined && Date.now() - Number(age) * 1_000 > from) break;
    await sleep(200);
  }
  tell(`counts caught up after ${((Date.now() - from) / 1_000).toFixed(1)} s`);
}
