import { partitionOf } from '../../../local-store/partitioned-log/hash-key-range.ts';
import { setImmediate } from 'node:timers/promises';
import type { KinesisStreamEvent } from 'aws-lambda';
import type { Consumer, LocalStream } from '../../../local-store/local-stream.ts';
import {
  parseStreamEventSettings,
  startStreamEventSource,
  type StreamEventSourceOptions,
} from '../../../local-store/stream-event-source.ts';
import { playedParts } from '../played-source.ts';
import { clock, openLog } from '../temporary-log.ts';

export const consumer: Consumer = { name: 'aggregate', startingPosition: 'TRIM_HORIZON' };
export const eventSourceArn = 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights';
export const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:aggregate';

/** Starts a source on the stream, whose function and timers the test plays. */
export function startSource(
  stream: LocalStream,
  settings: object = {},
  options: Partial<StreamEventSourceOptions> = {},
) {
  const { parts, stopAfterTest, ...played } = playedParts((event: KinesisStreamEvent) => ({
    event,
    /** The data of its records, in order. */
    texts: event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()),
  }));
  const source = startStreamEventSource({
    stream,
    consumer: consumer.name,
    settings: parseStreamEventSettings({ type: 'kinesis', ...settings }),
    functionArn,
    eventSourceArn,
    region: 'eu-central-1',
    clock,
    random: () => 0,
    restMilliseconds: 0,
    ...parts,
    ...options,
  });
  stopAfterTest(source);
  return { source, ...played };
}

/** Opens a stream of one partition that only the test's source reads. */
export async function openStream(directory: string, partitionCount = 1): Promise<LocalStream> {
  const log = await openLog(directory);
  return log.stream('insights', { partitionCount, consumers: [consumer] });
}

/** Puts a record for each text, all under one key unless another is given. */
export function putTexts(stream: LocalStream, texts: readonly string[], partitionKey = 'key'): Promise<void> {
  return stream.put(texts.map((text) => ({ partitionKey, data: Buffer.from(text) })));
}

/** Returns a key for each of `partitionCount` partitions. */
export function keysOfPartitions(partitionCount: number): readonly string[] {
  return Array.from({ length: partitionCount }, (_, partition) => {
    for (let number = 0; ; number += 1) {
      if (partitionOf(`customer-${number}`, partitionCount) === partition) return `customer-${number}`;
    }
  });
}

/** Resolves when the consumer's checkpoint has this sequence number. */
export async function checkpointed(stream: LocalStream, sequence: number, partition = 0): Promise<void> {
  while (stream.position(consumer.name, partition) < sequence) await setImmediate();
}

/** Returns the verbs of a stream, bound to it, so that a test can replace one. */
export function delegate(stream: LocalStream): Omit<LocalStream, 'name'> {
  return {
    put: (records) => stream.put(records),
    backlog: () => stream.backlog(),
    backlogOf: (customerId) => stream.backlogOf(customerId),
    consumedThrough: () => stream.consumedThrough(),
    partitions: () => stream.partitions(),
    position: (name, partition) => stream.position(name, partition),
    read: (partition, after, limits) => stream.read(partition, after, limits),
    waitForRecords: (...args) => stream.waitForRecords(...args),
    take: (...args) => stream.take(...args),
    release: (...args) => stream.release(...args),
    finish: (...args) => stream.finish(...args),
  };
}
