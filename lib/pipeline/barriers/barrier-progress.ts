import type { Outstanding } from '../../domain/completeness.ts';
import type { Logger } from '../../logger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { FailedRecords } from '../failed-records/failed-records.ts';
import type { PassedBarriers } from './watch-barriers.ts';

export interface BarrierProgressPorts {
  readonly barriers: PassedBarriers;
  readonly failedRecords: Pick<FailedRecords, 'mayHave'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Age from which the newest barrier says that the pipeline is behind. */
const behindFromMilliseconds = 10_000;

/**
 * Creates a reader of how far the counts are, by barriers. Topics cannot tell customers apart, so while the pipeline is
 * behind nobody's counts are complete. While a failed record of the customer is kept, no instant can be given.
 */
export function createBarrierProgress(ports: BarrierProgressPorts): CountingProgress {
  const { barriers, failedRecords, clock, logger } = ports;
  return {
    async of(customerId) {
      const minutes = outstanding(barriers.minutes(), clock.now());
      const rollUps = outstanding(barriers.rollUps(), clock.now());
      const mayHaveFailed = await failedRecords.mayHave(customerId).catch((error: unknown) => {
        logger.warn('Failed records cannot be listed now; answers say that they are not complete', { error });
        return true;
      });
      return mayHaveFailed ? { minutes: unknown, rollUps: unknown } : { minutes, rollUps };
    },
  };
}

const unknown: Outstanding = { through: undefined, entries: undefined, waitsWithin: () => true };

function outstanding(through: Date | undefined, now: Date): Outstanding {
  if (through === undefined) return unknown;
  const isBehind = now.getTime() - through.getTime() > behindFromMilliseconds;
  return { through, entries: undefined, waitsWithin: () => isBehind };
}
