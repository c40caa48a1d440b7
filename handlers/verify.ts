import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { FirstSights } from '../lib/pipeline/verify/first-sights.ts';
import { isDone } from '../lib/pipeline/verify/is-done.ts';
import type { Verdict } from '../lib/pipeline/verify/verdict.ts';
import { verify } from '../lib/pipeline/verify/verify.ts';
import { ReEmissionTimes } from '../lib/pipeline/verify/re-emission-times.ts';
import { reportNewerFormat, type NewerFormatOptions } from './on-newer-format.ts';
import { readNotifications } from './queues/read-notifications.ts';
import { wired, type App } from './wiring.ts';

/** Time that the first emission may take after its batch was stored, plus the difference between clocks. */
const marginSeconds = 5;
/**
 * Age from which somebody should find out why a batch is not counted; by then `verify` has looked at it a few times.
 */
const leastOverdueSeconds = 900;
const looksBeforeOverdue = 4;
/** Half of the function's time-out: work that has begun by then ends before the time-out. */
const maxSeconds = 30;

/** Consumes the notifications of stored batches: proves that each is counted, or emits it again and looks again later. */
export function verifyHandler(
  wired: () => Promise<App>,
  newerFormat: NewerFormatOptions = {},
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const reEmissions = new ReEmissionTimes();
  const sights = new FirstSights();
  return async ({ Records }) => {
    const app = await wired();
    const { config, logger, metrics } = app;
    const overdueSeconds = Math.max(leastOverdueSeconds, looksBeforeOverdue * config.verifyAgainSeconds);
    const { notifications, failedMessageIds } = readNotifications(Records, logger);
    const verified = await verify(
      notifications,
      {
        ...app,
        admission: app.emissionAdmission,
        reEmissions,
        sights: app.hasIntents ? sights : undefined,
      },
      {
        marginSeconds,
        onlyEmitterSince: config.storage === 'local' ? app.startedAt : undefined,
        overdueSeconds,
        lookAgainSeconds: config.verifyAgainSeconds,
        // It also ends within half of the time after which messages come back, which is shorter under the emulator.
        maxSeconds: Math.min(maxSeconds, config.verifyAgainSeconds / 4),
      },
    );

    const comeAgain = new Set(failedMessageIds);
    for (const batch of verified) {
      const { key, notifications: itsNotifications, verdict } = batch;
      metrics.batchesVerified.inc({ verdict: verdict.kind });
      if (isDone(batch, app)) continue;
      for (const { messageId } of itsNotifications) comeAgain.add(messageId);
      if (verdict.kind === 'emitted') metrics.partialsEmittedAgain.inc(verdict.partials);
      if (verdict.kind === 'failed')
        logger.error('A batch could not be verified', { key, error: verdict.error });
      if (isOverdue(verdict)) {
        metrics.batchesOverdue.inc();
        logger.error('A batch is still not counted', { key, overdueSeconds, verdict: verdict.kind });
      }
    }
    await metrics.flush();
    const failed = verified.flatMap(({ key, verdict }) =>
      verdict.kind === 'failed' ? [{ key, error: verdict.error }] : [],
    );
    reportNewerFormat(failed, ({ key }) => key, newerFormat);
    return { batchItemFailures: [...comeAgain].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

export const handler = verifyHandler(wired);

function isOverdue(verdict: Verdict): boolean {
  return 'isOverdue' in verdict && verdict.isOverdue;
}
