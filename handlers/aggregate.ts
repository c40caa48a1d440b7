import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { aggregate } from '../lib/pipeline/aggregate.ts';
import { wired, type App } from './wiring.ts';

/** Consumes the insight stream: adds partials to their windows, and names the records that have to come again. */
export function aggregateHandler(
  wired: () => Promise<App>,
): (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse> {
  return async ({ Records }) => {
    const { config, logger, metrics, store, clock } = await wired();
    const records = Records.map(({ kinesis: { sequenceNumber, data } }) => ({
      sequenceNumber,
      data: Buffer.from(data, 'base64'),
    }));
    const limits = { maxKeysPerDimension: config.maxKeysPerDimension, maxKeyTextBytes };
    const { failed, windowsCreated, windowsUpdated } = await aggregate(records, { store, clock }, limits);

    metrics.partialsConsumed.inc({ stream: 'insights' }, records.length - failed.length);
    metrics.partialsFailed.inc({ stream: 'insights' }, failed.length);
    metrics.windowsCreated.inc(windowsCreated);
    metrics.windowsUpdated.inc(windowsUpdated);
    const [first] = failed;
    if (first !== undefined) {
      logger.error('Partials could not be counted; they come again', { partials: failed.length, ...first });
    }
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
}

/** Bytes of the kept keys of a dimension of a window, so that a window stays readable in one answer. */
const maxKeyTextBytes = 1024 * 1024;

export const handler = aggregateHandler(wired);
