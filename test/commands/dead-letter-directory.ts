import { expect } from 'vitest';
import { type ObjectKey } from '../../lib/domain/keys.ts';
import { encodePartial } from '../../lib/domain/partial.ts';
import { createLogger } from '../../lib/logger.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import type { LoggedRecord } from '../../local-store/local-stream.ts';
import { realFileOperations } from '../../local-store/object-directory/file-operations.ts';
import { openLocalStore, type LocalStore } from '../../local-store/open-local-store.ts';
import type { QueueSettings } from '../../local-store/queues.ts';
import { bucketDestination } from '../../local-store/stream-event-source.ts';
import { invocationRecord } from '../../event-source/stream/invocation-record.ts';
import { kinesisStreamEvent } from '../../event-source/stream/kinesis-event.ts';
import { foldingLimits as limits, windowPartial } from '../factories.ts';
import { untilNotified } from '../until-notified.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { jsonLines, runCommand } from './run-command.ts';
import { serviceOnce } from './service-once.ts';

export const maxReceiveCount = 3;
const described = await serviceOnce();
const givingUpSooner = ({ deadLetters, ...settings }: QueueSettings): QueueSettings => ({
  ...settings,
  deadLetters: deadLetters && { ...deadLetters, maxReceiveCount },
});
const service = { ...described, queues: described.queues.map(givingUpSooner) };
export const stream = 'log-analytics-pipeline-dev-insights';
export const verifyQueue = 'log-analytics-pipeline-dev-verify';
export const batch = 'batches/cus-axon/k-lost';
const logger = createLogger({ level: 'error', clock: { now: () => new Date() }, write: () => {} });

let now = new Date();
export const clock = { now: () => now };

/** Works on the data directory as the emulator would, while no function runs. */
export async function inStore<T>(directory: string, work: (store: LocalStore) => Promise<T>): Promise<T> {
  const store = await openLocalStore(directory, {
    ...service,
    clock,
    logger,
    operations: realFileOperations,
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Creates a data directory in which the real `aggregate` has failed on this data. */
export async function directoryWithFailed(...data: readonly Buffer[]): Promise<string> {
  const directory = await temporaryDirectory();
  await inStore(directory, async (store) => {
    const place = {
      stream,
      partition: 'shardId-000000000003',
      partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    };
    const records = data.map((each, index) => ({ ...place, sequenceNumber: String(index), data: each }));
    const { kept } = await aggregate(records, { store: store.objects, clock }, limits);
    expect(kept).toHaveLength(data.length);
  });
  return directory;
}

/** Receives the notification of a batch, or of a minute, until it is a dead letter. */
export async function moveToDeadLetters(
  store: LocalStore,
  key = batch,
  queueName = verifyQueue,
): Promise<void> {
  await store.objects.put(key as ObjectKey, Buffer.from('neither\n'), { ifNoneMatch: '*' });
  const queue = store.queue(queueName);
  await untilNotified(queue);
  for (let receives = 0; receives <= maxReceiveCount; receives++) {
    now = new Date(now.getTime() + 900_000);
    await queue.receive({ maxMessages: 1, maxBytes: 100_000, bytesOf: (body) => body.length });
  }
  now = new Date();
}

/** Sends records to the on-failure destination, as an event source does when they crash its function. */
export async function failInvocation(store: LocalStore, ...data: readonly Buffer[]): Promise<void> {
  const origin = {
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:aggregate',
    eventSourceArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`,
    region: 'us-east-1',
    partition: 3,
  };
  const records = data.map((each, sequence) => ({ sequence, partitionKey: 'key', data: each, putAt: now }));
  const outcome = { kind: 'failed', cause: new Error('died of it') } as const;
  await bucketDestination(store.objects).deliver(
    invocationRecord(
      { records, condition: 'RecordAgeExceeded' },
      { records, invocations: 7, triedMilliseconds: 0, outcome },
      origin,
      now,
    ),
    kinesisStreamEvent(origin.partition, records, origin),
  );
}

export function recordsIn(store: LocalStore): readonly LoggedRecord[] {
  const limits = { maxRecords: 9, maxBytes: 1_048_576 };
  const opened = store.stream(stream);
  return opened.partitions().flatMap((partition) => opened.read(partition, 0, limits));
}

export function dataIn(store: LocalStore): readonly Buffer[] {
  return recordsIn(store).map(({ data }) => data);
}

export async function list(directory: string) {
  return jsonLines(await runCommand('dead-letters', '--json', '--data-dir', directory)) as {
    readonly id: string;
    readonly cause: string;
  }[];
}

export async function onlyId(directory: string): Promise<string> {
  const [only, ...others] = await list(directory);
  if (only === undefined || others.length > 0) throw new Error('There is not exactly one dead letter.');
  return only.id;
}

/** A partial that lacks the agents of its requests. */
export const forgedPartial = encodePartial(
  windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 2 } } }),
);
