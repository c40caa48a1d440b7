import { setTimeout as sleep } from 'node:timers/promises';
import { FlinkRefused, type FlinkRest } from './flink-rest.ts';

export interface SubmitOptions {
  readonly flink: FlinkRest;
  readonly jar: string;
  /** Addresses of the internal ports of `aggregate`. */
  readonly aggregateUrls: readonly string[];
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly parallelism: number;
  /** Further options of the job; see `deploy/flink/README.md`. */
  readonly jobOptions?: readonly string[];
  /** The address of a checkpoint or savepoint; `undefined`: without state. */
  readonly from: string | undefined;
  /** Receives what an operator should know. */
  readonly tell: (line: string) => void;
}

/** Thrown when the job does not run. */
export class JobDoesNotRun extends Error {
  override name = 'JobDoesNotRun';
}

const maxStartMilliseconds = 120_000;
const lookEveryMilliseconds = 200;

/**
 * Submits the job that hands partials to `aggregate`, unless it runs already, and resolves with its id when all of its
 * tasks run. A checkpoint that cannot be used is left out: the job then reads again what is not proved to be counted.
 * @throws JobDoesNotRun  it fails, or does not run in time; the message has Flink's reason
 */
export async function submitJob(options: SubmitOptions): Promise<string> {
  const { flink, jar, brokers, prefix, aggregateUrls, parallelism, jobOptions = [], from, tell } = options;
  const name = jobName(prefix);
  const running = (await flink.jobs()).find((job) => job.name === name && job.isActive);
  if (running !== undefined) return untilRunning(running.id, flink);
  const args = ['--brokers', brokers.join(','), '--prefix', prefix, '--aggregate', aggregateUrls.join(',')];
  const start = async (state: string | undefined) =>
    untilRunning(await flink.run({ jar, args: [...args, ...jobOptions], parallelism, from: state }), flink);
  if (from === undefined) return start(undefined);
  try {
    return await start(from);
  } catch (error) {
    if (!(error instanceof FlinkRefused) && !(error instanceof JobDoesNotRun)) throw error;
    tell(
      `The checkpoint ${from} cannot be used, so the job starts without it: ${error.message.slice(0, 500)}`,
    );
    return start(undefined);
  }
}

/** Returns the name of the job in Flink. */
function jobName(prefix: string): string {
  return `${prefix}aggregate`;
}

async function untilRunning(id: string, flink: FlinkRest): Promise<string> {
  const until = performance.now() + maxStartMilliseconds;
  for (;;) {
    const state = await flink.stateOf(id);
    if (state === 'RUNNING') return id;
    if (state === 'FAILED' || state === 'CANCELED') {
      throw new JobDoesNotRun(
        `The job ${id} is ${state}: ${(await flink.failureOf(id)) ?? 'Flink gives no reason'}`,
      );
    }
    if (performance.now() > until) {
      await flink.cancel(id);
      throw new JobDoesNotRun(
        `The job ${id} did not run within ${maxStartMilliseconds / 1_000} s: ${(await flink.failureOf(id)) ?? 'perhaps there is no free slot'}`,
      );
    }
    await sleep(lookEveryMilliseconds);
  }
}
