import { encodeRetention } from '../../lib/domain/retention-format.ts';
import { horizonOf } from '../../lib/domain/retention.ts';
import { Unavailable } from '../../lib/errors.ts';
import { expire, type ExpireReporter } from '../../lib/pipeline/expire/expire.ts';
import type { Laws } from './laws/laws.ts';
import type { Plan } from './plan.ts';
import type { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { ProcessPorts } from './process-ports.ts';

export interface ExpirerSurroundings {
  readonly scheduler: Scheduler;
  readonly processes: Processes;
  readonly portsOf: (process: Process) => ProcessPorts;
  readonly laws: Laws;
}

const options = { rawBatchDays: undefined, maxSeconds: 20, atOnce: 4 };
const silent: ExpireReporter = { moved() {}, deletedWindows() {}, deletedRaw() {}, kept() {} };
/** The horizon moves at midnight, soon after the start, and settles a quarter of an hour later. */
const invocations = 24;

/** Returns, in its stored form, a horizon that settled long before the history begins. */
export function settledHorizon(retentionDays: number, startAt: Date): Buffer {
  const at = new Date(startAt.getTime() - 86_400_000);
  const horizon = horizonOf(startAt, retentionDays);
  return encodeRetention({ current: { horizon, at }, settled: horizon, announced: undefined });
}

/** Starts the schedules that expire windows; two of them may run at the same time. */
export function startExpirers(
  plan: Plan,
  { scheduler, processes, portsOf, laws }: ExpirerSurroundings,
): void {
  const { retentionDays } = plan;
  if (retentionDays === undefined) return;
  const run = async (pauseMilliseconds: number): Promise<void> => {
    for (let invocation = 0; invocation < invocations; invocation += 1) {
      await scheduler.sleep(scheduler.chance.upTo(pauseMilliseconds));
      await processes.invoke('expire', async (process) => {
        try {
          await expire(portsOf(process), { ...options, retentionDays }, silent);
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
        }
      });
    }
  };
  for (let schedule = 0; schedule < 2; schedule += 1) {
    run(scheduler.chance.oneOf(10_000, 600_000)).catch((error: unknown) =>
      laws.unexpected('a schedule', error),
    );
  }
}
