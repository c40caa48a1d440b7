import { Admin } from '@platformatic/kafka';
import type { KinesisStreamEvent } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { clientOptions } from '../../kafka/connection.ts';
import { RoleStopped } from '../../kafka/consumer/role-stopped.ts';
import { failingFrom, openTopic, textsOf } from './source-fixture.ts';
import { until } from './until.ts';

const texts = (count: number, name = 'record') => Array.from({ length: count }, (_, n) => `${name}-${n}`);

describe('the event source on Kafka', () => {
  it('invokes the function with genuine events, and remembers what is done', async () => {
    const topic = await openTopic(1);
    const before = Date.now();
    await topic.put(['a', 'b'], 'cus-1/2025');
    const events: KinesisStreamEvent[] = [];
    topic.start(async (event) => void events.push(event));

    await until(async () => (await topic.waiting()) === 0n);
    const records = events.flatMap(({ Records }) => Records);
    expect(records.map(({ eventID, kinesis }) => [eventID, kinesis.sequenceNumber])).toEqual([
      ['0:0', '0'],
      ['0:1', '1'],
    ]);
    expect(records[0]).toMatchObject({
      eventSourceARN: `arn:aws:kinesis:local:000000000000:stream/${topic.topic}`,
      kinesis: { partitionKey: 'cus-1/2025', data: btoa('a') },
    });
    const arrivedAt = (records[0]?.kinesis.approximateArrivalTimestamp ?? 0) * 1_000;
    expect(arrivedAt).toBeGreaterThanOrEqual(before);
    expect(arrivedAt).toBeLessThanOrEqual(Date.now());
  });

  it('runs one invocation at a time per partition, in order, and partitions beside each other', async () => {
    const topic = await openTopic(2);
    await topic.put(texts(200));
    const running = new Map<string, number>();
    let together = 0;
    const last = new Map<string, number>();
    topic.start(
      async ({ Records }) => {
        const partition = Records[0]?.eventID.split(':')[0] ?? '';
        running.set(partition, (running.get(partition) ?? 0) + 1);
        together = Math.max(together, running.size);
        expect(running.get(partition)).toBe(1);
        for (const { kinesis } of Records) {
          expect(Number(kinesis.sequenceNumber)).toBe((last.get(partition) ?? -1) + 1);
          last.set(partition, Number(kinesis.sequenceNumber));
        }
        await sleep(20);
        running.delete(partition);
      },
      { settings: { batchSize: 10 } },
    );
    await until(async () => (await topic.waiting()) === 0n);
    expect(together).toBe(2);
  });

  it('continues at the record that the function names, and commits only what is before it', async () => {
    const topic = await openTopic(1);
    await topic.put(['a', 'b', 'c'], 'key');
    const got: string[][] = [];
    let isFailing = true;
    topic.start(async (event) => {
      got.push(textsOf(event));
      return isFailing ? failingFrom(event, 'b') : undefined;
    });
    await until(async () => (await topic.waiting()) === 2n && got.length > 2);
    expect(got.slice(0, 2)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
    isFailing = false;
    await until(async () => (await topic.waiting()) === 0n);
  });

  it('halves a batch that crashes the function, and keeps the record that is to blame when it is too old', async () => {
    const topic = await openTopic(1);
    await topic.put(['a', 'poison', 'b'], 'cus-1/2025-12-28T18:03:00Z');
    const done: string[] = [];
    topic.start(
      async (event) => {
        if (textsOf(event).includes('poison')) throw new Error('crashed');
        done.push(...textsOf(event));
      },
      { settings: { maxRecordAgeSeconds: 2 } },
    );
    await until(async () => (await topic.waiting()) === 0n);
    expect(done).toEqual(['a', 'b']);
    const object = await topic.store.get(`failed/${topic.topic}/0/1` as ObjectKey);
    expect(decodeFailedRecord(object?.body ?? Buffer.alloc(0))).toMatchObject({
      data: Buffer.from('poison'),
      partitionKey: 'cus-1/2025-12-28T18:03:00Z',
      cause: 'RecordAgeExceeded: crashed',
    });
  });

  it("goes on with other customers' records while one customer's fail, and loses none of them", async () => {
    const topic = await openTopic(1);
    const minute = '2025-12-28T18:03:00Z';
    await topic.put(['a', 'poison', 'b'], `cus-1/${minute}`);
    await topic.put(['c', 'd'], `cus-2/${minute}`);
    const done: string[] = [];
    let isFailing = true;
    const invoke = async (event: KinesisStreamEvent) => {
      if (isFailing && textsOf(event).includes('poison')) throw new Error('crashed');
      done.push(...textsOf(event));
    };
    const first = topic.start(invoke);
    await until(() => done.includes('c') && done.includes('d'));
    await topic.put(['e'], `cus-2/${minute}`);
    await until(() => done.includes('e'));
    // The position waits for the record, so that a restart delivers it again.
    expect(done).not.toContain('poison');
    await until(async () => (await topic.offsets.committed(topic.group, topic.topic)).get(0) === 1n);

    await first.stop();
    isFailing = false;
    topic.start(invoke);
    await until(async () => (await topic.waiting()) === 0n);
    expect(done.filter((text) => text === 'poison' || text === 'b')).toEqual(['poison', 'b']);
  });

  it('delays only the partition whose records fail, and fetches no more of it than has room', async () => {
    const topic = await openTopic(2);
    const big = 'x'.repeat(100_000);
    await Promise.all(texts(80).map((text) => topic.put([`${text} ${big}`], text)));
    const ends = await topic.offsets.ends(topic.topic);
    let done = 0;
    topic.start(async ({ Records }) => {
      if (Records[0]?.eventID.startsWith('0:') === true) throw new Error('this partition fails');
      done += Records.length;
    });
    await until(() => BigInt(done) === ends.get(1));
    expect((await topic.offsets.committed(topic.group, topic.topic)).get(0)).toBeUndefined();
  });

  it('shares the partitions with a second process, takes over those of one that ends, and loses nothing', async () => {
    const topic = await openTopic(4);
    const got = { one: new Set<string>(), two: new Set<string>() };
    const collect = (name: 'one' | 'two') => async (event: KinesisStreamEvent) => {
      for (const text of textsOf(event)) got[name].add(text);
    };
    topic.start(collect('one'), { instanceId: 'one' });
    await topic.put(texts(100, 'first'));
    await until(() => got.one.size === 100);

    const two = topic.start(collect('two'), { instanceId: 'two' });
    let round = 0;
    await until(async () => {
      round += 1;
      await topic.put(texts(20, `during-${round}`));
      return got.two.size > 0;
    });
    await until(async () => (await topic.waiting()) === 0n);
    await topic.put(texts(100, 'shared'));
    await until(async () => (await topic.waiting()) === 0n);
    expect(got.one.size).toBeGreaterThan(100);
    expect(new Set([...got.one, ...got.two]).size).toBe(200 + 20 * round);

    await two.stop();
    await topic.put(texts(100, 'last'));
    await until(() => texts(100, 'last').every((text) => got.one.has(text)));
  });

  it('stays a member while the function takes longer than the session, and blocks the process for seconds', async () => {
    const topic = await openTopic(1);
    await topic.put(['slow'], 'key');
    let invocations = 0;
    topic.start(async () => {
      invocations += 1;
      const blockedUntil = performance.now() + 3_000;
      while (performance.now() < blockedUntil);
      await sleep(8_000);
    });
    await until(async () => (await topic.waiting()) === 0n);
    expect(invocations).toBe(1);
  });

  it('stops with the message of a function that cannot go on, and keeps its position', async () => {
    const topic = await openTopic(1);
    await topic.put(['a', 'newer'], 'key');
    let invocations = 0;
    const source = topic.start(async () => {
      invocations += 1;
      throw new RoleStopped('Start this role with that version.');
    });
    await expect(source.ended).rejects.toEqual(new RoleStopped('Start this role with that version.'));
    expect([invocations, await topic.waiting()]).toEqual([1, 2n]);
  });

  it('stops with a message if records that it has not read are gone', async () => {
    const topic = await openTopic(1);
    await topic.put(['a', 'b', 'c'], 'key');
    const first = topic.start(async (event) => failingFrom(event, 'b'));
    await until(async () => (await topic.waiting()) === 2n);
    await first.stop();

    const admin = new Admin(clientOptions(topic.connection));
    await admin.deleteRecords({
      topics: [{ name: topic.topic, partitions: [{ partition: 0, offset: 2n }] }],
    });
    await admin.close();
    const second = topic.start(async () => undefined);
    await expect(second.ended).rejects.toThrow(/position .* is lost.*announce --since/);
  });
});
