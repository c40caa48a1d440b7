import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newestCheckpoint } from '../flink/newest-checkpoint.ts';
import { submitJob } from '../flink/submit-job.ts';
import { requireInstalled } from '../local-services/installed-programs.ts';
import { prepareFlink, type LocalFlink } from '../local-services/start-flink.ts';

export interface LocalFlinkJobOptions {
  readonly directory: string;
  /** It takes four ports from here on. */
  readonly firstPort: number;
  readonly brokers: readonly string[];
  readonly prefix: string;
  readonly aggregateUrls: readonly string[];
  /** Further options of the job. */
  readonly jobOptions?: readonly string[];
  readonly tell: (line: string) => void;
}

/** A Flink on this machine, with the job that hands partials to `aggregate`. */
export interface LocalFlinkJob {
  readonly flink: LocalFlink;
  /** Starts what does not run, and submits the job from its newest checkpoint if Flink does not know it. */
  tend(): Promise<void>;
  /**
   * Submits the job from a checkpoint, or without state. It must not run.
   * @param from  the address of a checkpoint
   */
  submit(from: string | undefined): Promise<void>;
  /** Cancels the job. */
  cancel(): Promise<void>;
  /** Ends both processes; the job continues from its newest checkpoint at the next start. */
  stop(): Promise<void>;
}

const jar = fileURLToPath(new URL('../../deploy/flink/target/aggregate-job.jar', import.meta.url));
const slots = 2;

/**
 * Prepares a Flink and its job; `tend` starts them.
 * @throws Error  Flink or the job is not installed
 */
export async function prepareFlinkJob(options: LocalFlinkJobOptions): Promise<LocalFlinkJob> {
  const { directory, firstPort } = options;
  requireInstalled(jar, '--flink');
  const flink = await prepareFlink({ directory, firstPort, slots });
  const submit = async (from: string | undefined) => {
    await submitJob({ ...options, flink: flink.rest, jar, parallelism: slots, from });
  };
  return {
    flink,
    submit,
    async tend() {
      await flink.start();
      const isKnown = (await flink.rest.jobs()).some(({ isActive }) => isActive);
      if (!isKnown) await submit(await newestCheckpoint(flink.checkpoints));
    },
    async cancel() {
      for (const { id, isActive } of await flink.rest.jobs()) if (isActive) await flink.rest.cancel(id);
      while ((await flink.rest.jobs()).some(({ isActive }) => isActive)) await sleep(100);
    },
    stop: () => flink.stop(),
  };
}
