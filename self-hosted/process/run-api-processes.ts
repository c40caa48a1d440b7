import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createLogger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { startAdminServer } from '../admin/admin-server.ts';
import { mergeMetrics } from '../admin/merge-metrics.ts';
import type { ClusterConfig } from '../config.ts';
import { requireFreePort } from '../http/require-free-port.ts';
import { askProcess } from './parent-questions.ts';
import { killMilliseconds } from './stop-times.ts';

export interface ApiProcessesOptions {
  readonly config: ClusterConfig;
  readonly count: number;
  readonly clock: Clock;
  readonly writeLog: (line: string) => void;
  /** Aborted when all of them are asked to stop. */
  readonly stopping: AbortSignal;
}

const restartMilliseconds = 1_000;

/**
 * Runs processes that share the port of requests, one per core, and opens the internal port for all of them. One that
 * dies is started again.
 * @returns the exit code
 * @throws CannotStart  a port is taken
 */
export async function runApiProcesses(options: ApiProcessesOptions): Promise<number> {
  const { config, count, clock, writeLog, stopping } = options;
  const logger = createLogger({ level: config.pipeline.logLevel, clock, write: writeLog });
  const failed = new AbortController();
  const workers = new Map<number, Worker>();
  const listening = new Set<Worker>();

  function start(place: number): void {
    const worker = cluster.fork({ INSTANCE_ID: `${config.instanceId}-${place}` });
    workers.set(place, worker);
    worker.once('listening', () => listening.add(worker));
    worker.once('exit', (code: number | null, signal: string | null) => {
      workers.delete(place);
      if (stopping.aborted || failed.signal.aborted) return;
      // A process that never listened has said why it cannot start, and another one could not start either.
      if (!listening.delete(worker)) return failed.abort();
      logger.error('A process has died and is started again', { place, code, signal });
      setTimeout(() => {
        if (!stopping.aborted && !failed.signal.aborted) start(place);
      }, restartMilliseconds);
    });
  }

  await requireFreePort(config.host, config.port);
  const admin = await startAdminServer({
    host: config.adminHost,
    port: config.adminPort,
    logger,
    async problems() {
      const missing = count - listening.size;
      const answers = await Promise.all(
        [...workers.values()].map(
          async (worker) => (await askProcess(worker, 'problems')) ?? ['it does not answer'],
        ),
      );
      const own = missing > 0 ? [`${missing} of ${count} processes do not listen.`] : [];
      return [...new Set([...own, ...answers.flat()])];
    },
    async metrics() {
      const answers = await Promise.all([...workers.values()].map((worker) => askProcess(worker, 'metrics')));
      return mergeMetrics(answers.map((answer) => answer?.[0] ?? ''));
    },
  });
  for (let place = 1; place <= count; place += 1) start(place);

  const end = AbortSignal.any([stopping, failed.signal]);
  if (!end.aborted) await once(end, 'abort');
  await Promise.all([...workers.values()].map(stopWorker));
  await admin.stop();
  return failed.signal.aborted ? 1 : 0;
}

async function stopWorker(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const exited = once(worker, 'exit');
  worker.process.kill('SIGTERM');
  const killing = setTimeout(() => worker.process.kill('SIGKILL'), killMilliseconds);
  await exited;
  clearTimeout(killing);
}
