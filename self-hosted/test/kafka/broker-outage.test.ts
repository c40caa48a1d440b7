import { Admin } from '@platformatic/kafka';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseStreamEventSettings } from '../../../event-source/stream/settings.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import { createTopics } from '../../kafka/create-topics.ts';
import { createKafkaEventStream } from '../../kafka/event-stream.ts';
import { startStreamEventSource } from '../../kafka/event-source/stream-event-source.ts';
import { createSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { groupName, topicName } from '../../kafka/topics.ts';
import { startKafka, type LocalKafka } from '../../local-services/start-kafka.ts';
import { logger, textsOf } from './source-fixture.ts';
import { until } from './until.ts';

const connection: KafkaConnection = { brokers: ['127.0.0.1:19020'], prefix: 'outage-', clientId: 'test' };
const topic = topicName(connection, 'insights');
const group = groupName(connection, 'aggregate');
const clock = { now: () => new Date() };
/** Longer than the session of a member. */
const outageMilliseconds = 12_000;

describe('an outage of Kafka', () => {
  let directory: string;
  let kafka: LocalKafka;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'broker-outage-'));
    kafka = await startKafka({ nodes: 1, directory, firstPort: 19_020 });
    const admin = new Admin(clientOptions(connection));
    await createTopics(admin, connection, ['insights'], {
      partitions: 2,
      replication: 1,
      flushesIntents: false,
    });
    await admin.close();
  });
  afterAll(async () => {
    await kafka.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it.each([
    ['dies and is started again', () => kafka.nodes[0]?.kill(), () => kafka.nodes[0]?.start()],
    ['hangs for a while', () => kafka.nodes[0]?.signal('SIGSTOP'), () => kafka.nodes[0]?.signal('SIGCONT')],
  ])('ends by itself, with nothing lost, if the broker %s', async (name, begin, end) => {
    const sender = createSender(connection);
    const offsets = createTopicOffsets(connection);
    const stream = createKafkaEventStream({
      connection,
      topic,
      group,
      sender,
      offsets,
      clock,
      countedThrough: async () => undefined,
      freshMilliseconds: 0,
    });
    const got = new Set<string>();
    const source = startStreamEventSource({
      connection,
      topic,
      group,
      instanceId: 'one',
      functionKey: 'aggregate',
      settings: parseStreamEventSettings({ type: 'kinesis', batchSize: 100 }),
      invoke: async (event) => textsOf(event).forEach((text) => got.add(text)),
      destination: { deliver: async () => undefined },
      clock,
      logger,
    });
    onTestFinished(async () => {
      await end();
      await source.stop();
      await Promise.all([stream.close(), sender.close(), offsets.close()]);
    });
    const put = (text: string) => stream.put([{ partitionKey: text, data: Buffer.from(text) }]);

    await put(`${name} before`);
    await until(() => got.has(`${name} before`));
    await begin();
    await sleep(500); // a signal takes some time to reach all threads
    const failed = await put(`${name} during`).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Unavailable);
    await expect(stream.backlog()).rejects.toBeInstanceOf(Unavailable);
    await sleep(outageMilliseconds);
    await end();
    await until(() =>
      put(`${name} after`).then(
        () => true,
        () => false,
      ),
    );
    await until(() => got.has(`${name} after`));
    await until(async () => (await stream.backlog()).records === 0);
  });
});
