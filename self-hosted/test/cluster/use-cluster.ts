import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { aggregateEngines } from '../../kafka/engine-names.ts';
import { LocalCluster, type LocalClusterOptions } from '../../local/local-cluster.ts';

const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;

/** Engine of the clusters of all tests that do not choose one; `npm run test:cluster-flink` sets it. */
const engine = z.enum(aggregateEngines).default('event-source').parse(process.env['AGGREGATE_ENGINE']);

/** Starts a cluster with two processes of the roles that share work, in a directory that is removed with it. */
export async function startTestCluster(
  options: Pick<LocalClusterOptions, 'firstPort'> & Partial<LocalClusterOptions>,
): Promise<{ readonly cluster: LocalCluster; readonly remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-cluster-'));
  const cluster = new LocalCluster({
    directory,
    kafkaNodes: 1,
    processes: { api: 2, summarizer: 2, aggregate: 2, verify: 1, 'roll-up': 1 },
    onRestart: () => undefined,
    hasFlink: engine !== 'event-source',
    ...options,
    env: {
      ...(!options.hasFlink && { AGGREGATE_ENGINE: engine }),
      PATH,
      HOME,
      TMPDIR,
      NODE_COMPILE_CACHE,
      ALLOW_UNAUTHENTICATED: 'true',
      TOPIC_PARTITIONS: '4',
      VERIFY_AFTER_SECONDS: '60',
      PUT_DEADLINE_SECONDS: '8',
      LOG_LEVEL: 'info',
      ...options.env,
    },
  });
  const remove = async () => {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await cluster.start();
  } catch (error) {
    await remove();
    throw error;
  }
  return { cluster, remove };
}
