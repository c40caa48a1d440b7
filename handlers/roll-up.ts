import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import { rollUp, type RollUpOptions } from '../lib/pipeline/roll-up/roll-up.ts';
import { reportNewerFormat, type NewerFormatOptions } from './on-newer-format.ts';
import { readNotifications } from './queues/read-notifications.ts';
import { wired, type App } from './wiring.ts';

/** Half of the function's time-out: work that has begun by then ends before the time-out. */
const maxSeconds = 60;

export type RollUpHandlerOptions = NewerFormatOptions & Pick<RollUpOptions, 'isTriedEnough'>;

/** Consumes the notifications of written minutes: recomputes their hours and days. */
export function rollUpHandler(
  wired: () => Promise<App>,
  { isTriedEnough, ...newerFormat }: RollUpHandlerOptions = {},
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  return async ({ Records }) => {
    const app = await wired();
    const { config, logger, metrics } = app;
    const limits = { maxKeysPerDimension: config.maxKeysPerDimension, maxKeyTextBytes };
    const { notifications, failedMessageIds } = readNotifications(Records, logger);
    const rolledUp = await rollUp(notifications, app, { limits, maxSeconds, isTriedEnough });

    const comeAgain = new Set(failedMessageIds);
    for (const { key, size, notifications, outcome } of rolledUp) {
      metrics.rollUps.inc({ window: size, outcome: outcome.kind });
      if (outcome.kind === 'kept') {
        const { place, error } = outcome;
        logger.error('A window cannot be recomputed and is kept as a failed record', { key, place, error });
      }
      if (outcome.kind !== 'failed' && outcome.kind !== 'postponed') continue;
      metrics.rollUpsRepeated.inc();
      for (const { messageId } of notifications) comeAgain.add(messageId);
      if (outcome.kind === 'failed')
        logger.error('A window could not be recomputed; it is tried again', { key, error: outcome.error });
    }
    await metrics.flush();
    const failed = rolledUp.flatMap(({ key, outcome }) =>
      outcome.kind === 'failed' ? [{ key, error: outcome.error }] : [],
    );
    reportNewerFormat(failed, ({ key }) => key, newerFormat);
    return { batchItemFailures: [...comeAgain].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

export const handler = rollUpHandler(wired);
