import pMap from 'p-map';
import { aggregateHandler } from '../handlers/aggregate.ts';
import { ingestHandler } from '../handlers/ingest.ts';
import type { App } from '../handlers/wiring.ts';
import type { LocalStream } from '../local-store/local-stream.ts';
import { kinesisEvent, postLogs } from '../test/handlers/app.ts';
import type { SampleTraffic } from './sample-traffic.ts';
import { consumer, type TemporaryApp } from './temporary-app.ts';

export interface StoredBatches {
  /** The number of the first batch. */
  readonly first: number;
  readonly count: number;
  readonly customerPrefix: string;
}

export const entriesPerBatch = 10;

const customers = 10;
const batchesPerMinute = 2_000;
const inFlight = 64;
const recordsPerInvocation = 500;
const maxWindows = 64;

/** Returns the customer and the key of a batch: 200 batches of a customer have the same minute. */
export function sentBatch(number: number, customerPrefix: string): { customerId: string; key: string } {
  return { customerId: `${customerPrefix}-${number % customers}`, key: `batch-${number}` };
}

/** Ingests batches of ten entries, 64 at a time. */
export async function storeBatches(
  app: App,
  traffic: SampleTraffic,
  { first, count, customerPrefix }: StoredBatches,
): Promise<void> {
  const ingest = ingestHandler(async () => app);
  await pMap(
    Array.from({ length: count }, (_, n) => first + n),
    async (number) => {
      const minute = new Date(Date.UTC(2025, 11, 28, 0, Math.floor(number / batchesPerMinute)));
      const { customerId, key } = sentBatch(number, customerPrefix);
      const event = postLogs(traffic.entries(entriesPerBatch, minute, 1), {
        'x-customer-id': customerId,
        'idempotency-key': key,
      });
      const { statusCode } = await ingest(event);
      if (statusCode !== 202) throw new Error(`A batch was answered with ${statusCode}.`);
    },
    { concurrency: inFlight },
  );
}

/** Counts everything that waits on the streams. */
export async function countStored({ app, streams }: TemporaryApp): Promise<void> {
  const partitions = streams.flatMap((stream) =>
    stream.partitions().map((partition) => ({ stream, partition })),
  );
  await pMap(partitions, ({ stream, partition }) => countPartition(app, stream, partition));
}

/** Counts all records of a partition, as its event source would bring them. */
async function countPartition(app: App, stream: LocalStream, partition: number): Promise<void> {
  const invokeAggregate = aggregateHandler(async () => app);
  for (;;) {
    const limits = { maxRecords: recordsPerInvocation, maxBytes: 6 * 1_024 * 1_024, maxWindows };
    const { records } = stream.take(consumer, partition, limits);
    if (records.length === 0) return;
    const { batchItemFailures } = await invokeAggregate(
      kinesisEvent(records.map(({ sequence, data }) => ({ sequenceNumber: String(sequence), data }))),
    );
    if (batchItemFailures.length > 0) throw new Error('Partials could not be counted.');
    await stream.finish(
      consumer,
      partition,
      records.map(({ sequence }) => sequence),
    );
  }
}
