import type { KinesisStreamEvent, SQSEvent } from 'aws-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { encodeIntent } from '../../../lib/domain/announcement.ts';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { notifiedKeys } from '../../../lib/domain/notification.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { startIntentSource } from '../../kafka/queue-sources/intent-source.ts';
import { RoleStopped } from '../../kafka/consumer/role-stopped.ts';
import { decodeDeadLetter, decodeDelayed } from '../../kafka/queue-sources/messages.ts';
import { startRollUpSource, type RollUpSourceOptions } from '../../kafka/queue-sources/roll-up-source.ts';
import { startVerifySource, type VerifySourceOptions } from '../../kafka/queue-sources/verify-source.ts';
import { createSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { groupName, type Group, type Topic } from '../../kafka/topics.ts';
import { createWindowNotifier } from '../../kafka/window-notifier.ts';
import { createFreshTopics } from './fresh-topics.ts';
import { readAll } from './read-all.ts';
import { logger } from './source-fixture.ts';
import { until } from './until.ts';

const clock = { now: () => new Date() };

function batch(name: string): ObjectKey {
  return `batches/cus-axon/k-${name}` as ObjectKey;
}

/** Opens topics for one test. */
async function openTopics(...wanted: readonly Topic[]) {
  const fresh = await createFreshTopics(wanted, { partitions: 1 });
  const { connection } = fresh;
  const sender = createSender(connection);
  const offsets = createTopicOffsets(connection);
  const store = new InMemoryObjectStore();
  onTestFinished(async () => {
    await Promise.all([sender.close(), offsets.close()]);
    await fresh.remove();
  });
  return {
    ...fresh,
    sender,
    store,
    announce: (...names: readonly string[]) =>
      sender.send(
        names.map((name) => ({
          topic: fresh.nameOf('batches'),
          key: batch(name),
          value: encodeIntent({ key: batch(name), isAfterLoss: false }),
        })),
      ),
    put: (topic: Topic, key: string, value: Buffer) =>
      sender.send([{ topic: fresh.nameOf(topic), key, value }]),
    /** Returns the position of a group in the only partition. */
    position: async (group: Group, topic: Topic) =>
      (await offsets.committed(groupName(connection, group), fresh.nameOf(topic))).get(0) ?? 0n,
    read: (topic: Topic) => readAll(connection, fresh.nameOf(topic)),
  };
}

type Topics = Awaited<ReturnType<typeof openTopics>>;

const verifyTopics = [
  'batches',
  'verify-60',
  'verify-600',
  'verify-3600',
  'verify-86400',
  'dead-letters',
] as const;

function startVerify(topics: Topics, options: Partial<VerifySourceOptions>) {
  const source = startVerifySource({
    connection: topics.connection,
    instanceId: 'one',
    verifyAfterSeconds: 1,
    invoke: async () => undefined,
    countedThrough: () => new Date(),
    sender: topics.sender,
    store: topics.store,
    clock,
    logger,
    delays: [0.1, 0.1, 0.1, 0.1],
    ...options,
  });
  onTestFinished(() => source.stop());
  return source;
}

function startRollUp(
  topics: Topics,
  options: Pick<RollUpSourceOptions, 'gatherMilliseconds' | 'invoke'> & Partial<RollUpSourceOptions>,
) {
  const source = startRollUpSource({
    connection: topics.connection,
    instanceId: 'one',
    store: topics.store,
    clock,
    logger,
    ...options,
  });
  onTestFinished(() => source.stop());
  return source;
}

/** Reports all messages of an event as failed. */
function allFail({ Records }: SQSEvent) {
  return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function keysOf({ Records }: SQSEvent): string[] {
  return Records.flatMap(({ body }) => notifiedKeys(body) ?? []);
}

describe('the source of verify', () => {
  it('calls it with a notification of each batch when it is due', async () => {
    const topics = await openTopics(...verifyTopics);
    const announcedAt = Date.now();
    await topics.announce('a', 'b');
    const events: SQSEvent[] = [];
    let calledAt = 0;
    startVerify(topics, {
      invoke: async (event) => {
        calledAt = Date.now();
        events.push(event);
      },
    });
    await until(async () => (await topics.position('verify', 'batches')) === 2n);
    expect(events.flatMap(keysOf)).toEqual([batch('a'), batch('b')]);
    expect(calledAt - announcedAt).toBeGreaterThanOrEqual(990);
    expect(events[0]?.Records[0]).toMatchObject({
      attributes: { ApproximateReceiveCount: '1' },
      eventSource: 'aws:sqs',
    });
  });

  it('waits at the head until a barrier has passed that began after the first look, and puts off only then', async () => {
    const topics = await openTopics(...verifyTopics);
    const before = Date.now();
    await topics.announce('a');
    const after = Date.now();
    let through: Date | undefined;
    let looks = 0;
    startVerify(topics, {
      countedThrough: () => through,
      delays: [60, 600, 3600, 86400],
      invoke: async (event) => {
        looks += 1;
        return allFail(event);
      },
    });
    await until(() => looks === 1);
    through = new Date(Date.now() - 60_000); // a barrier from before
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect([looks, await topics.position('verify', 'batches'), await topics.read('verify-60')]).toEqual([
      1,
      0n,
      [],
    ]);
    through = new Date(Date.now() + 1);
    await until(async () => (await topics.position('verify', 'batches')) === 1n);
    expect(looks).toBe(2);
    const [delayed] = await topics.read('verify-60');
    const { firstAt, ...rest } = decodeDelayed(delayed?.value ?? Buffer.alloc(0));
    expect(rest).toEqual({ key: batch('a'), attempts: 1 });
    expect(firstAt).toBeGreaterThanOrEqual(before);
    expect(firstAt).toBeLessThanOrEqual(after);
  });

  it('tries what fails again after each delay, with the first time and the count, and makes it a dead letter after the last', async () => {
    const topics = await openTopics(...verifyTopics);
    await topics.announce('a', 'b');
    const received: string[] = [];
    const firstTimes = new Set<string>();
    startVerify(topics, {
      maxAttempts: 4,
      invoke: async (event) => {
        for (const { attributes, body } of event.Records) {
          if (notifiedKeys(body)?.[0] !== batch('b')) continue;
          received.push(attributes.ApproximateReceiveCount);
          firstTimes.add(attributes.ApproximateFirstReceiveTimestamp);
        }
        const failed = event.Records.filter(({ body }) => notifiedKeys(body)?.[0] === batch('b'));
        return allFail({ Records: failed });
      },
    });
    await until(async () => (await topics.read('dead-letters')).length === 1);
    const [letter] = await topics.read('dead-letters');
    expect(decodeDeadLetter(letter?.value ?? Buffer.alloc(0))).toMatchObject({
      key: batch('b'),
      queue: 'verify',
      attempts: 5,
      firstAt: Number([...firstTimes][0]),
    });
    expect(firstTimes.size).toBe(1);
    // Two looks each, with a barrier between them.
    expect(received).toEqual(['1', '2', '2', '3', '3', '4', '4', '5', '5', '6']);
    for (const topic of verifyTopics.slice(1, 5)) expect(await topics.read(topic)).toHaveLength(1);
  });

  it('holds what it cannot put off, and moves its position only once that is on the next topic', async () => {
    const topics = await openTopics(...verifyTopics);
    await topics.announce('a');
    let refusals = 0;
    startVerify(topics, {
      delays: [60, 600, 3_600, 86_400],
      invoke: async (event) => allFail(event),
      sender: {
        async send(messages) {
          if (refusals === 2) return topics.sender.send(messages);
          refusals += 1;
          throw new Unavailable('no broker');
        },
      },
    });
    await until(() => refusals === 2);
    expect(await topics.position('verify', 'batches')).toBe(0n);
    await until(async () => (await topics.position('verify', 'batches')) === 1n);
    expect(await topics.read('verify-60')).toHaveLength(1);
  });

  it('tries again in place if the function fails altogether: an outage creates no dead letters', async () => {
    const topics = await openTopics(...verifyTopics);
    await topics.announce('a');
    let calls = 0;
    startVerify(topics, {
      maxAttempts: 1,
      invoke: async () => {
        calls += 1;
        if (calls < 4) throw new Error('the store is away');
      },
    });
    await until(async () => (await topics.position('verify', 'batches')) === 1n);
    expect([calls, await topics.read('verify-60'), await topics.read('dead-letters')]).toEqual([4, [], []]);
  });

  it('keeps a record that it cannot read as a failed record, and goes on', async () => {
    const topics = await openTopics(...verifyTopics);
    await topics.put('batches', 'x', Buffer.from('{"formatVersion":1,"key":"/../etc"}'));
    await topics.announce('a');
    const keys: string[] = [];
    startVerify(topics, { invoke: async (event) => void keys.push(...keysOf(event)) });
    await until(async () => (await topics.position('verify', 'batches')) === 2n);
    expect(keys).toEqual([batch('a')]);
    const kept = await topics.store.get(`failed/${topics.nameOf('batches')}/0/0` as ObjectKey);
    expect(decodeFailedRecord(kept?.body ?? Buffer.alloc(0)).cause).toMatch(/damaged/);
  });

  it('stops with a message at a record of a newer version', async () => {
    const topics = await openTopics(...verifyTopics);
    await topics.put('batches', 'x', Buffer.from('{"formatVersion":9}'));
    const source = startVerify(topics, {});
    await expect(source.ended).rejects.toThrow(/newer version.*Start this role with that version/);
    expect(await topics.position('verify', 'batches')).toBe(0n);
  });
});

describe('the source of roll-up', () => {
  it('stops with the message of a function that cannot go on, and keeps its position', async () => {
    const topics = await openTopics('windows');
    const key = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
    await createWindowNotifier(topics.connection, topics.sender).notify([key]);
    const stopped = new RoleStopped('Start this role with that version.');
    const source = startRollUp(topics, { gatherMilliseconds: 0, invoke: () => Promise.reject(stopped) });
    await expect(source.ended).rejects.toBe(stopped);
    expect(await topics.position('roll-up', 'windows')).toBe(0n);
  });

  it('keeps a record that it cannot read as a failed record once the store takes it, and goes on meanwhile', async () => {
    const topics = await openTopics('windows');
    const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
    await topics.put('windows', 'x', Buffer.from('{"formatVersion":1,"key":"/../etc"}'));
    await createWindowNotifier(topics.connection, topics.sender).notify([minute]);
    let isAway = true;
    const put: InMemoryObjectStore['put'] = async (...args) => {
      if (isAway) throw new Unavailable('the store is away');
      return topics.store.put(...args);
    };
    const store = Object.assign(Object.create(topics.store) as InMemoryObjectStore, { put });
    const keys: string[] = [];
    startRollUp(topics, {
      store,
      gatherMilliseconds: 0,
      invoke: async (event) => void keys.push(...keysOf(event)),
    });
    await until(() => keys.length === 1);
    expect([keys, await topics.position('roll-up', 'windows')]).toEqual([[minute], 0n]);
    isAway = false;
    await until(async () => (await topics.position('roll-up', 'windows')) === 2n);
    const kept = await topics.store.get(`failed/${topics.nameOf('windows')}/0/0` as ObjectKey);
    expect(decodeFailedRecord(kept?.body ?? Buffer.alloc(0)).cause).toMatch(/damaged/);
  });

  it('gathers minutes, leaves hours and days alone, and repeats what fails beside the others', async () => {
    const topics = await openTopics('windows');
    const notifier = createWindowNotifier(topics.connection, topics.sender);
    const minute = (time: string) => `aggregates/minute/cus-axon/2025/12/28/18/${time}.json` as ObjectKey;
    await notifier.notify([minute('03'), 'aggregates/hour/cus-axon/2025/12/28/18.json' as ObjectKey]);
    await notifier.notify([minute('04')]);
    const events: string[][] = [];
    startRollUp(topics, {
      gatherMilliseconds: 300,
      invoke: async (event) => {
        const keys = keysOf(event);
        events.push(keys);
        const isFailing = events.length < 3;
        return allFail({
          Records: event.Records.filter(({ body }) => isFailing && notifiedKeys(body)?.[0] === minute('03')),
        });
      },
    });
    await until(async () => (await topics.position('roll-up', 'windows')) === 3n);
    expect(events).toEqual([[minute('03'), minute('04')], [minute('03')], [minute('03')]]);
  });
});

describe('the source of the summarizer', () => {
  it('stops with the message of a function that cannot go on, each time, until a newer version goes on from there', async () => {
    const topics = await openTopics('batches');
    await topics.announce('a', 'newer', 'b');
    const start = (invoke: (event: KinesisStreamEvent) => Promise<unknown>) =>
      startIntentSource({ connection: topics.connection, instanceId: 'one', clock, logger, invoke });
    const stopped = new RoleStopped('Start this role with that version.');
    for (let restarts = 0; restarts < 2; restarts += 1) {
      await expect(start(() => Promise.reject(stopped)).ended).rejects.toBe(stopped);
      expect(await topics.position('summarizer', 'batches')).toBe(0n);
    }
    const done: string[] = [];
    const source = start(async ({ Records }) => {
      done.push(...Records.map(({ kinesis }) => kinesis.partitionKey));
    });
    onTestFinished(() => source.stop());
    await until(async () => (await topics.position('summarizer', 'batches')) === 3n);
    expect(done).toEqual([batch('a'), batch('newer'), batch('b')]);
  });

  it('lets an intent that waits hold up its position, and no other intent', async () => {
    const topics = await openTopics('batches');
    await topics.announce('waits', 'b');
    const done: string[] = [];
    let isStored = false;
    const source = startIntentSource({
      connection: topics.connection,
      instanceId: 'one',
      clock,
      logger,
      invoke: async ({ Records }: KinesisStreamEvent) => {
        const failed = Records.filter(
          ({ kinesis }) => kinesis.partitionKey === batch('waits') && !isStored,
        ).map(({ kinesis }) => kinesis.sequenceNumber);
        done.push(
          ...Records.filter(({ kinesis }) => !failed.includes(kinesis.sequenceNumber)).map(
            ({ kinesis }) => kinesis.partitionKey,
          ),
        );
        return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
      },
    });
    onTestFinished(() => source.stop());
    await until(() => done.includes(batch('b')));
    await topics.announce('c', 'd');
    await until(() => done.includes(batch('d')));
    expect(await topics.position('summarizer', 'batches')).toBe(0n);
    isStored = true;
    await until(async () => (await topics.position('summarizer', 'batches')) === 4n);
    expect(done).toEqual([batch('b'), batch('c'), batch('d'), batch('waits')]);
  });
});
