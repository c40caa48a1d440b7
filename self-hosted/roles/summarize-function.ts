import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { decodeIntent } from '../../lib/domain/announcement.ts';
import { nameOfRecord } from '../../lib/domain/failed-record.ts';
import { reportNewerFormat, type NewerFormatOptions } from '../../handlers/on-newer-format.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import { isFault } from '../../lib/pipeline/aggregate/is-fault.ts';
import { keepFailedRecord } from '../../lib/pipeline/failed-records/keep-failed-record.ts';
import { comesAgain, type Intent } from '../../lib/pipeline/summarize/intent.ts';
import { IntentWaits } from '../../lib/pipeline/summarize/intent-waits.ts';
import { createBacklogLimit } from '../../lib/pipeline/summarize/backlog-limit.ts';
import { summarize, type SummarizeOptions } from '../../lib/pipeline/summarize/summarize.ts';
import type { App } from '../../handlers/wiring.ts';

/** An intent with the record that it came in. */
interface ReceivedIntent extends Intent {
  readonly record: KinesisStreamRecord;
}

export interface SummarizeFunctionOptions extends NewerFormatOptions {
  /**
   * Reports whether an intent, by the name of its place, that failed by a fault of this program was tried enough: then it is
   * kept as one that can never be understood.
   */
  readonly isTriedEnough: (place: string) => boolean;
}

/** Time after which intents that have to wait are given back, so that others have a turn. */
const maxWaitMilliseconds = 2_000;

/** Consumes intents: emits the partials of the batches that were stored after them, and names those to deliver again. */
export function summarizeFunction(
  app: App,
  limits: Pick<SummarizeOptions, 'putMilliseconds' | 'clockDifferenceMilliseconds' | 'signal'>,
  { isTriedEnough, ...newerFormat }: SummarizeFunctionOptions,
): (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse> {
  const { logger, streams, timers, config } = app;
  const backlogLimit = createBacklogLimit({ streams, timers, maxBacklogRecords: config.maxBacklogRecords });
  const ports = { ...app, backlogLimit, waits: new IntentWaits(timers) };
  const options: SummarizeOptions = { ...limits, maxWaitMilliseconds };

  /** Keeps a record that can never be understood. */
  async function keep(record: KinesisStreamRecord, error: unknown): Promise<void> {
    const failed = {
      ...placeOf(record),
      data: dataOf(record),
      cause: String(error),
      failedAt: app.clock.now(),
    };
    const key = await keepFailedRecord(failed, app.store);
    logger.error('An intent can never be processed and was kept as a failed record', { key, error });
  }

  return async ({ Records }) => {
    const intents: ReceivedIntent[] = [];
    const failed = new Set<string>();
    const failures: { readonly what: string; readonly error: unknown }[] = [];
    for (const record of Records) {
      try {
        const announced = decodeIntent(dataOf(record));
        const appendedAt = new Date(record.kinesis.approximateArrivalTimestamp * 1_000);
        intents.push({ ...announced, appendedAt, record });
      } catch (error) {
        if (!(error instanceof UnreadableFormat)) throw error;
        if (!(error instanceof NewerFormat)) {
          await keep(record, error);
          continue;
        }
        failed.add(record.kinesis.sequenceNumber);
        failures.push({ what: nameOfRecord(placeOf(record)), error });
      }
    }
    for (const { intent, outcome } of await summarize(intents, ports, options)) {
      const { key, record } = intent;
      const isHopeless = outcome.kind === 'failed' && isFault(outcome.error) && isTriedEnough(record.eventID);
      if (outcome.kind === 'unreadable' || isHopeless) {
        await keep(record, outcome.error);
        continue;
      }
      if (comesAgain(outcome)) failed.add(record.kinesis.sequenceNumber);
      if (outcome.kind === 'failed') {
        const { error } = outcome;
        failures.push({ what: key, error });
        logger.warn('A batch cannot be emitted now; its intent is delivered again', { key, error });
      }
      if (outcome.kind === 'absent')
        logger.info('An announced batch was not stored in time; verify looks for it again', { key });
    }
    reportNewerFormat(failures, ({ what }) => what, newerFormat);
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

function dataOf({ kinesis }: KinesisStreamRecord): Buffer {
  return Buffer.from(kinesis.data, 'base64');
}

function placeOf({ eventSourceARN, eventID, kinesis }: KinesisStreamRecord) {
  return {
    stream: eventSourceARN.slice(eventSourceARN.indexOf('/') + 1),
    partition: eventID.slice(0, eventID.indexOf(':')),
    sequenceNumber: kinesis.sequenceNumber,
    partitionKey: kinesis.partitionKey,
  };
}
