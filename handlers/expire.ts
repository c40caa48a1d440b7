import { takesEffectAt } from '../lib/domain/retention.ts';
import { indexCustomers } from '../lib/pipeline/customer-index/index-customers.ts';
import { expire, type ExpireReporter } from '../lib/pipeline/expire/expire.ts';
import { wired, type App } from './wiring.ts';

/**
 * Limit for windows, for raw objects and for the index each: less than a third of the function's time-out, since what
 * has begun runs to its end.
 */
const maxSeconds = 30;

const names = { windows: 'Windows', raw: 'Raw batches and failed records' } as const;

/**
 * Time in which functions of the previous version may still run after a deployment; on a laptop all functions begin
 * anew at once.
 */
const settleSeconds = 900;

/** Runs on a schedule: deletes what has expired, and indexes the customers of an earlier version. */
export function expireHandler(wired: () => Promise<App>): () => Promise<void> {
  return async () => {
    const app = await wired();
    const { config, metrics } = app;
    const { retentionDays, rawBatchDays, windowsAtOnce, storage } = config;
    try {
      const options = { retentionDays, rawBatchDays, maxSeconds, atOnce: windowsAtOnce };
      await expire(app, options, reporterOf(app));
      await indexCustomers(app, { settleSeconds: storage === 'aws' ? settleSeconds : 0, maxSeconds });
    } finally {
      await metrics.flush();
    }
  };
}

export const handler = expireHandler(wired);

function reporterOf({ logger, metrics }: App): ExpireReporter {
  return {
    moved(what, { current, announced }) {
      if (announced !== undefined) {
        const deletedFrom = takesEffectAt(announced);
        logger.warn(`${names[what]} from before a new horizon are going to be deleted for good`, {
          horizon: announced.horizon,
          deletedFrom,
        });
      } else {
        logger.info(`${names[what]} from before the horizon have expired`, { horizon: current?.horizon });
      }
    },
    deletedWindows: (window, count) => metrics.windowsExpired.inc({ window }, count),
    deletedRaw: (kind, count) => metrics.rawObjectsExpired.inc({ kind }, count),
    kept(key, reason) {
      logger.error('Something that has expired is not proved to be counted, and is kept', { key, reason });
    },
  };
}
