import { Admin } from '@platformatic/kafka';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCountedOffsets } from '../../kafka/aggregate-engines.ts';
import { clientOptions, type KafkaConnection } from '../../kafka/connection.ts';
import { groupName } from '../../kafka/topics.ts';
import { openTopic, textsOf } from './source-fixture.ts';
import { until } from './until.ts';

async function setPosition(connection: KafkaConnection, topic: string, offset: bigint): Promise<void> {
  const admin = new Admin(clientOptions(connection));
  const groupId = groupName(connection, 'flink');
  await admin.alterConsumerGroupOffsets({
    groupId,
    topics: [{ name: topic, partitionOffsets: [{ partition: 0, offset }] }],
  });
  await admin.close();
}

describe('two engines that hand over the partials of a topic', () => {
  it('count as far as either of those in use has come', async () => {
    const opened = await openTopic(1);
    const { connection, topic, group } = opened;
    await opened.put(['a', 'b', 'c'], 'key');
    opened.start(async () => undefined);
    await until(async () => (await opened.waiting()) === 0n);
    await opened.put(['d', 'e'], 'other');
    const committed = async (engine: 'event-source' | 'flink' | 'both') => {
      const offsets = createCountedOffsets(connection, engine);
      onTestFinished(() => offsets.close());
      return (await offsets.committed(group, topic)).get(0);
    };
    await until(async () => (await opened.waiting()) === 0n);
    expect(await committed('flink')).toBeUndefined();
    await setPosition(connection, topic, 2n);
    expect(await committed('event-source')).toBe(5n);
    expect(await committed('flink')).toBe(2n);
    expect(await committed('both')).toBe(5n);
  });

  it('let the event source begin where Flink was, and move its own position there at once', async () => {
    const opened = await openTopic(1);
    const { connection, topic } = opened;
    await opened.put(['a', 'b', 'c'], 'key');
    await setPosition(connection, topic, 3n);
    const got: string[] = [];
    const sharedWith = [groupName(connection, 'flink')];
    opened.start(async (event) => void got.push(...textsOf(event)), { sharedWith });
    await until(async () => (await opened.waiting()) === 0n);
    await opened.put(['d'], 'key');
    await until(async () => (await opened.waiting()) === 0n);
    expect(got).toEqual(['d']);
  });

  it('do not believe a position behind the end, which is of a time before a loss', async () => {
    const opened = await openTopic(1);
    const { connection, topic } = opened;
    await opened.put(['a', 'b'], 'key');
    await setPosition(connection, topic, 9n);
    const got: string[] = [];
    opened.start(async (event) => void got.push(...textsOf(event)), {
      sharedWith: [groupName(connection, 'flink')],
    });
    await until(async () => (await opened.waiting()) === 0n);
    expect(got).toEqual(['a', 'b']);
  });
});
