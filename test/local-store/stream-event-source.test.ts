import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LocalStream } from '../../local-store/local-stream.ts';
import { response } from './played-source.ts';
import {
  checkpointed,
  consumer,
  keysOfPartitions,
  openStream,
  putTexts,
  startSource,
  delegate,
} from './stream-event-source/source-fixture.ts';
import { temporaryDirectory } from './temporary-log.ts';

describe('the event of a stream event source', () => {
  it('is a genuine Kinesis event', async () => {
    const stream = await openStream(await temporaryDirectory());
    await stream.put([
      { partitionKey: 'cus-axon/2025-12-28T18:03:00Z', data: Buffer.from('{"requests":1}') },
    ]);
    const { nextInvocation } = startSource(stream);
    expect((await nextInvocation()).event).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
            sequenceNumber: '1',
            data: 'eyJyZXF1ZXN0cyI6MX0=',
            approximateArrivalTimestamp: 1766944980.25,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: 'shardId-000000000000:1',
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
          awsRegion: 'eu-central-1',
          eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights',
        },
      ],
    });
  });

  it('is a new one for each attempt, so that a function may change its own', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2']);
    const { nextInvocation, nextSleep } = startSource(stream);
    const first = await nextInvocation();
    first.event.Records.length = 0;
    first.fail(new Error('failed'));
    (await nextSleep()).end();
    expect((await nextInvocation()).texts).toEqual(['1', '2']);
  });

  it('names the shard of the record', async () => {
    const stream = await openStream(await temporaryDirectory(), 8);
    await putTexts(stream, ['x'], keysOfPartitions(8)[5]);
    const { nextInvocation } = startSource(stream);
    expect((await nextInvocation()).event.Records[0]?.eventID).toBe('shardId-000000000005:1');
  });
});

describe('a stream event source', () => {
  it('is woken by a record that is put, without a timer', async () => {
    const stream = await openStream(await temporaryDirectory());
    const { nextInvocation } = startSource(stream);
    for (const text of ['1', '2', '3']) {
      const invocation = nextInvocation();
      await putTexts(stream, [text]);
      (await invocation).succeed();
      expect((await invocation).texts).toEqual([text]);
    }
  });

  it('runs one invocation at a time for a partition; what is put meanwhile is the next batch', async () => {
    const stream = await openStream(await temporaryDirectory());
    const { nextInvocation, pendingInvocations } = startSource(stream, { batchSize: 3 });
    await putTexts(stream, ['1']);
    const first = await nextInvocation();
    for (const text of ['2', '3', '4', '5']) await putTexts(stream, [text]);
    await setImmediate();
    expect(pendingInvocations()).toBe(0);
    first.succeed();
    const second = await nextInvocation();
    expect(second.texts).toEqual(['2', '3', '4']);
    second.succeed();
    expect((await nextInvocation()).texts).toEqual(['5']);
  });

  it('lets records gather after an invocation that was not full, and not after one that was', async () => {
    const stream = await openStream(await temporaryDirectory());
    const settings = { batchSize: 2 };
    const { nextInvocation, nextSleep } = startSource(stream, settings, { restMilliseconds: 50 });
    await putTexts(stream, ['1', '2', '3']);
    (await nextInvocation()).succeed();
    const notFull = await nextInvocation();
    notFull.succeed();
    const rest = await nextSleep();
    expect([notFull.texts, rest.milliseconds]).toEqual([['3'], 50]);
    for (const text of ['4', '5']) await putTexts(stream, [text]);
    rest.end();
    expect((await nextInvocation()).texts).toEqual(['4', '5']);
  });

  it('runs the partitions side by side', async () => {
    const stream = await openStream(await temporaryDirectory(), 16);
    for (const key of keysOfPartitions(16)) await putTexts(stream, [key], key);
    const { nextInvocation } = startSource(stream);
    const invocations = await Promise.all(Array.from({ length: 16 }, () => nextInvocation()));
    expect(invocations.flatMap(({ texts }) => texts).toSorted()).toEqual(keysOfPartitions(16).toSorted());
  });

  it('gives an invocation at most 6 MB of base64', async () => {
    const stream = await openStream(await temporaryDirectory());
    for (let put = 0; put < 10; put += 1) {
      await stream.put([{ partitionKey: 'key', data: Buffer.alloc(1_000_000, put) }]);
    }
    const { nextInvocation } = startSource(stream, { batchSize: 100 });
    const sizes: number[] = [];
    for (const expected of [4, 4, 2]) {
      const { event, succeed } = await nextInvocation();
      const bytes = event.Records.reduce((sum, { kinesis }) => sum + kinesis.data.length, 0);
      expect(bytes).toBeLessThanOrEqual(6 * 1024 * 1024);
      sizes.push(event.Records.length);
      expect(sizes.at(-1)).toBe(expected);
      succeed();
    }
  });

  it('does nothing while it is not enabled', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1']);
    const { source, pendingInvocations } = startSource(stream, { enabled: false });
    await setImmediate();
    await source.stop();
    expect(pendingInvocations()).toBe(0);
  });

  it('is not started for a consumer that the stream was not opened with', async () => {
    const stream = await openStream(await temporaryDirectory());
    const undeclared: LocalStream = {
      name: stream.name,
      ...delegate(stream),
      position: (_, partition) => stream.position('somebody else', partition),
    };
    expect(() => startSource(undeclared)).toThrow(/"somebody else"/);
  });
});

describe('a batch window', () => {
  it('gathers until it has passed', async () => {
    const stream = await openStream(await temporaryDirectory());
    const { nextInvocation, nextSleep, pendingInvocations } = startSource(stream, {
      batchWindow: 5,
      batchSize: 10,
    });
    await putTexts(stream, ['1']);
    const window = await nextSleep();
    expect(window.milliseconds).toBe(5_000);
    await putTexts(stream, ['2', '3']);
    await setImmediate();
    expect(pendingInvocations()).toBe(0);
    window.end();
    expect((await nextInvocation()).texts).toEqual(['1', '2', '3']);
  });

  it('ends early when the batch is full', async () => {
    const stream = await openStream(await temporaryDirectory());
    const { nextInvocation } = startSource(stream, { batchWindow: 5, batchSize: 3 });
    await putTexts(stream, ['1']);
    await putTexts(stream, ['2', '3', '4']);
    expect((await nextInvocation()).texts).toEqual(['1', '2', '3']);
  });

  it('ends early when an invocation has no room for more', async () => {
    const stream = await openStream(await temporaryDirectory());
    const { nextInvocation } = startSource(stream, { batchWindow: 5, batchSize: 100 });
    for (let put = 0; put < 5; put += 1) await putTexts(stream, ['x'.repeat(1_000_000)]);
    expect((await nextInvocation()).texts).toHaveLength(4);
  });

  it('that is open does not hold up a stop, and what it gathered is not lost', async () => {
    const directory = await temporaryDirectory();
    const stream = await openStream(directory);
    const { source, nextSleep, pendingInvocations } = startSource(stream, { batchWindow: 300 });
    await putTexts(stream, ['1']);
    await nextSleep();
    await source.stop();
    expect(pendingInvocations()).toBe(0);
    expect(stream.position(consumer.name, 0)).toBe(0);
  });
});

describe('a stop', () => {
  it('waits for the invocation that runs, remembers what it did, and begins nothing new', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2', '3', '4']);
    const { source, nextInvocation, pendingInvocations } = startSource(stream, { batchSize: 2 });
    const running = await nextInvocation();
    let isStopped = false;
    const stopped = source.stop().then(() => (isStopped = true));
    await setImmediate();
    expect(isStopped).toBe(false);
    running.succeed();
    await stopped;
    expect(stream.position(consumer.name, 0)).toBe(2);
    expect(pendingInvocations()).toBe(0);
  });

  it('does not wait for a back-off, and the next source goes on from the checkpoint', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2', '3']);
    const first = startSource(stream, { functionResponseType: 'ReportBatchItemFailures' });
    (await first.nextInvocation()).succeed(response('2'));
    await first.nextSleep();
    await first.source.stop();
    const second = startSource(stream);
    expect((await second.nextInvocation()).texts).toEqual(['2', '3']);
  });

  it('of a source that is idle is over at once', async () => {
    const { source } = startSource(await openStream(await temporaryDirectory(), 8));
    await expect(source.stop()).resolves.toBeUndefined();
  });
});

describe('a parallelization factor', () => {
  it('runs different keys of a partition side by side, each in its order', async () => {
    const stream = await openStream(await temporaryDirectory());
    const keys = Array.from({ length: 8 }, (_, number) => `customer-${number}`);
    const put = (text: string) =>
      stream.put(keys.map((key) => ({ partitionKey: key, data: Buffer.from(`${key} ${text}`) })));
    await put('1');
    await put('2');
    const { nextInvocation } = startSource(stream, { parallelizationFactor: 4, batchSize: 100 });
    const running = await Promise.all([nextInvocation(), nextInvocation()]);
    const seen = running.flatMap(({ texts }) => texts);
    for (const key of keys) {
      const own = seen.filter((text) => text.startsWith(key));
      expect([[], [`${key} 1`, `${key} 2`]]).toContainEqual(own);
    }
  });

  it('remembers only that through which everything is done', async () => {
    const stream = await openStream(await temporaryDirectory());
    await stream.put(
      Array.from({ length: 40 }, (_, index) => ({
        partitionKey: `customer-${index % 8}`,
        data: Buffer.from(String(index + 1)),
      })),
    );
    const { source, nextInvocation, nextSleep } = startSource(stream, {
      parallelizationFactor: 2,
      batchSize: 100,
    });
    const [one, other] = await Promise.all([nextInvocation(), nextInvocation()]);
    const [withFirst, without] = one.texts.includes('1') ? [one, other] : [other, one];
    without.succeed();
    withFirst.fail(new Error('failed'));
    (await nextSleep()).end();
    const again = await nextInvocation();
    expect(again.texts).toEqual(withFirst.texts);
    expect(stream.position(consumer.name, 0)).toBe(0);
    again.succeed();
    await checkpointed(stream, 40);
    await source.stop();
  });
});
