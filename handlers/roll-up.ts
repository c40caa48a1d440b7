import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import type { ObjectKey } from '../lib/domain/keys.ts';
import { NewerFormat } from '../lib/errors.ts';
import { rollUp, type RollUpOptions } from '../lib/pipeline/roll-up/roll-up.ts';
import { readNotifications } from './queues/read-notifications.ts';
import { wired, type App } from './wiring.ts';

/** Half of the function's time-out: work that has begun by then ends before the time-out. */
const maxSeconds = 60;

export interface RollUpHandlerOptions extends Pick<RollUpOptions, 'isTriedEnough'> {
  /** Called after an invocation with an hour or a day of which a newer version wrote something. May throw. */
  readonly onNewerFormat?: ((key: ObjectKey, error: NewerFormat) => void) | undefined;
}

/** Consumes the notifications of written minutes: recomputes their hours and days. */
export function rollUpHandler(
  wired: () => Promise<App>,
  { isTriedEnough, onNewerFormat }: RollUpHandlerOptions = {},
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
    for (const { key, outcome } of rolledUp) {
      if (outcome.kind === 'failed' && outcome.error instanceof NewerFormat) {
        onNewerFormat?.(key, outcome.error);
      }
    }
    return { batchItemFailures: [...comeAgain].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

export const handler = rollUpHandler(wired);
