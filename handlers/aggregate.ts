import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { nameOfRecord } from '../lib/domain/failed-record.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import {
  aggregate,
  type AggregateOptions,
  type ReceivedRecord,
} from '../lib/pipeline/aggregate/aggregate.ts';
import type { StreamName } from '../lib/domain/stream-name.ts';
import { reportNewerFormat, type NewerFormatOptions } from './on-newer-format.ts';
import { wired, type App } from './wiring.ts';

export type AggregateHandlerOptions = NewerFormatOptions & Pick<AggregateOptions, 'isTriedEnough'>;

/** Consumes a stream: adds partials to their windows, and names the records that have to be delivered again. */
export function aggregateHandler(
  wired: () => Promise<App>,
  { isTriedEnough, ...newerFormat }: AggregateHandlerOptions = {},
): (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse> {
  return async ({ Records }) => {
    const app = await wired();
    const { config, logger, metrics } = app;
    const records = Records.map(toReceivedRecord);
    const { maxKeysPerDimension, windowsAtOnce } = config;
    const options = { maxKeysPerDimension, maxKeyTextBytes, windowsAtOnce, isTriedEnough };
    const { failed, kept, windowsCreated, windowsUpdated, expired } = await aggregate(records, app, options);

    const stream: StreamName = records[0]?.stream === config.lateStreamName ? 'late' : 'insights';
    metrics.partialsConsumed.inc({ stream }, records.length - failed.length - kept.length - expired);
    metrics.partialsExpired.inc({ stream }, expired);
    metrics.partialsFailed.inc({ stream }, failed.length);
    metrics.failedRecords.inc({ stream }, kept.length);
    metrics.windowsCreated.inc(windowsCreated);
    metrics.windowsUpdated.inc(windowsUpdated);
    await metrics.flush();
    for (const { record, error } of kept) {
      const { data: _data, partitionKey: _partitionKey, ...place } = record;
      logger.error('A partial can never be counted and was kept as a failed record', { ...place, error });
    }
    const [first] = failed;
    if (first !== undefined) {
      const { sequenceNumber, partition } = first.record;
      const fields = { stream, partition, sequenceNumber, error: first.error };
      logger.error('Partials could not be counted; they come again', { partials: failed.length, ...fields });
    }
    reportNewerFormat(failed, ({ record }) => nameOfRecord(record), newerFormat);
    return { batchItemFailures: failed.map(({ record }) => ({ itemIdentifier: record.sequenceNumber })) };
  };
}

export const handler = aggregateHandler(wired);

function toReceivedRecord({ eventID, eventSourceARN, kinesis }: KinesisStreamRecord): ReceivedRecord {
  return {
    stream: eventSourceARN.slice(eventSourceARN.indexOf('/') + 1),
    partition: eventID.slice(0, eventID.indexOf(':')),
    sequenceNumber: kinesis.sequenceNumber,
    partitionKey: kinesis.partitionKey,
    data: Buffer.from(kinesis.data, 'base64'),
  };
}
