import type { KinesisStreamEvent } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { parseStreamEventSettings, type StreamEventSettings } from '../../../event-source/stream/settings.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { createLogger } from '../../../lib/logger.ts';
import { createFailedRecordsDestination } from '../../kafka/event-source/failed-records-destination.ts';
import {
  startStreamEventSource,
  type StreamEventSourceOptions,
} from '../../kafka/event-source/stream-event-source.ts';
import { createSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { groupName } from '../../kafka/topics.ts';
import { createFreshTopics } from './fresh-topics.ts';

const clock = { now: () => new Date() };

export const logger = createLogger({
  level: process.env['LOG_LEVEL'] === 'debug' ? 'debug' : 'error',
  clock,
  write: (line) => process.stderr.write(line),
});

/** Returns the texts of the records of an event. */
export function textsOf({ Records }: KinesisStreamEvent): string[] {
  return Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
}

/** Reports the record with this text, and those behind it, as failed. */
export function failingFrom(event: KinesisStreamEvent, text: string) {
  const failed = event.Records.find(({ kinesis }) => atob(kinesis.data) === text);
  const batchItemFailures = failed === undefined ? [] : [{ itemIdentifier: failed.kinesis.sequenceNumber }];
  return { batchItemFailures };
}

/** Opens the topic `insights` for one test, with a group that reads it. */
export async function openTopic(partitions = 4) {
  const fresh = await createFreshTopics(['insights'], { partitions });
  const { connection } = fresh;
  const topic = fresh.nameOf('insights');
  const group = groupName(connection, 'aggregate');
  const sender = createSender(connection);
  const offsets = createTopicOffsets(connection);
  const store = new InMemoryObjectStore();
  onTestFinished(async () => {
    await Promise.all([sender.close(), offsets.close()]);
    await fresh.remove();
  });
  return {
    connection,
    topic,
    group,
    offsets,
    store,
    /** Puts a record for each text, under a key of its own unless one is given. */
    put: (texts: readonly string[], key?: string) =>
      sender.send(texts.map((text) => ({ topic, key: key ?? text, value: Buffer.from(text) }))),
    /** Returns the number of records that the group has not done. */
    async waiting(): Promise<bigint> {
      const [ends, committed] = await Promise.all([offsets.ends(topic), offsets.committed(group, topic)]);
      return Array.from(ends).reduce(
        (sum, [partition, end]) => sum + end - (committed.get(partition) ?? 0n),
        0n,
      );
    },
    /** Starts an event source that is stopped after the test. */
    start(
      invoke: StreamEventSourceOptions['invoke'],
      options: Partial<Omit<StreamEventSourceOptions, 'settings'>> & {
        readonly settings?: Partial<StreamEventSettings>;
      } = {},
    ) {
      const source = startStreamEventSource({
        connection,
        topic,
        group,
        instanceId: 'one',
        functionKey: 'aggregate',
        invoke,
        destination: createFailedRecordsDestination({ store, clock }),
        clock,
        logger,
        ...options,
        settings: {
          ...parseStreamEventSettings({
            type: 'kinesis',
            batchSize: 100,
            bisectBatchOnFunctionError: true,
            functionResponseType: 'ReportBatchItemFailures',
          }),
          ...options.settings,
        },
      });
      onTestFinished(() => source.stop());
      return source;
    },
  };
}
