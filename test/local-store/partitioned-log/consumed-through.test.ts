import { describe, expect, it } from 'vitest';
import type { StoredNotification } from '../../../lib/pipeline/verify/verdict.ts';
import type { Consumer, LocalStream } from '../../../local-store/local-stream.ts';
import { sentEntry, simpleRules } from '../../factories.ts';
import { openLocalPipeline } from '../../pipeline/local-pipeline.ts';
import { SetClock } from '../queues/queue-fixture.ts';
import { finishThrough, openLog, temporaryDirectory } from '../temporary-log.ts';

const aggregate: Consumer = { name: 'aggregate', startingPosition: 'TRIM_HORIZON' };
const hour = 3_600;

async function openStream(directory: string, clock: SetClock) {
  const log = await openLog(directory, clock);
  return { log, stream: await log.stream('insights', { partitionCount: 2, consumers: [aggregate] }) };
}

/** Puts a record into each partition: by their MD5, `a` is in the first, and `b` in the second. */
async function put(stream: LocalStream, ...partitionKeys: readonly string[]): Promise<void> {
  for (const partitionKey of partitionKeys) await stream.put([{ partitionKey, data: Buffer.from('x') }]);
}

describe('how far a stream is known to be consumed', () => {
  it('is not known while records wait that were put before the clock was set back, however late it is by then', async () => {
    const clock = new SetClock();
    const { stream } = await openStream(await temporaryDirectory(), clock);
    await put(stream, 'a');
    clock.advance(-hour);
    expect(await stream.consumedThrough()).toBeUndefined();
    const setBackTo = clock.now();
    await put(stream, 'a');
    for (const seconds of [60, hour, hour]) {
      clock.advance(seconds);
      expect(await stream.consumedThrough()).toBeUndefined();
    }
    await finishThrough(stream, aggregate.name, 0, 1);
    expect(await stream.consumedThrough()).toEqual(setBackTo);
    await finishThrough(stream, aggregate.name, 0, 2);
    expect(await stream.consumedThrough()).toEqual(clock.now());
  });

  it('is known once everything that was put before the clock was set back is consumed', async () => {
    const clock = new SetClock();
    const { stream } = await openStream(await temporaryDirectory(), clock);
    await put(stream, 'a', 'b');
    await finishThrough(stream, aggregate.name, 0, 1);
    await finishThrough(stream, aggregate.name, 1, 1);
    clock.advance(-hour);
    expect(await stream.consumedThrough()).toEqual(clock.now());
    const setBackTo = clock.now();
    await put(stream, 'a', 'b');
    clock.advance(60);
    expect(await stream.consumedThrough()).toEqual(setBackTo);
  });

  it('is not known while one partition does not tell', async () => {
    const clock = new SetClock();
    const { stream } = await openStream(await temporaryDirectory(), clock);
    const firstPutAt = clock.now();
    await put(stream, 'a');
    clock.advance(60);
    await put(stream, 'b');
    clock.advance(-30);
    expect(await stream.consumedThrough()).toBeUndefined();
    await finishThrough(stream, aggregate.name, 1, 1);
    expect(await stream.consumedThrough()).toEqual(firstPutAt);
  });

  it('is not known while a put is under way that began before the clock was set back', async () => {
    const clock = new SetClock();
    const { stream } = await openStream(await temporaryDirectory(), clock);
    const underWay = put(stream, 'a');
    clock.advance(-hour);
    expect(await stream.consumedThrough()).toBeUndefined();
    await underWay;
  });

  it('is not known while records of an earlier run wait, because the clock may have been set back since', async () => {
    const clock = new SetClock();
    const directory = await temporaryDirectory();
    const earlier = await openStream(directory, clock);
    await put(earlier.stream, 'a');
    clock.advance(-hour);
    await put(earlier.stream, 'a');
    await earlier.log.close();
    clock.advance(2 * hour);

    const { stream } = await openStream(directory, clock);
    const putAt = clock.now();
    await put(stream, 'a');
    clock.advance(60);
    expect(await stream.consumedThrough()).toBeUndefined();
    await finishThrough(stream, aggregate.name, 0, 2);
    expect(await stream.consumedThrough()).toEqual(putAt);
  });
});

describe('verify, after the clock was set back', () => {
  it('emits nothing that waits, and lost partials once nothing waits any more', async () => {
    const pipeline = await openLocalPipeline();
    const send = (key: string) => pipeline.send(key, [sentEntry()], simpleRules);
    const lookAgain = async () => {
      const received = (notification: StoredNotification): StoredNotification => ({
        ...notification,
        receiveCount: 20,
      });
      return (await pipeline.verify(notifications.map(received))).map(({ kind }) => kind);
    };
    const before = await send('before');
    pipeline.pass(-hour);
    const notifications = [
      before,
      await send('after'),
      await pipeline.sendAndDie('lost', [sentEntry()], simpleRules),
    ];
    pipeline.pass(120);
    expect(await lookAgain()).toEqual(['waiting', 'waiting', 'waiting']);

    await pipeline.count('insights');
    expect(await lookAgain()).toEqual(['counted', 'counted', 'emitted']);
    await pipeline.count('insights');
    expect(await lookAgain()).toEqual(['counted', 'counted', 'counted']);
  });
});
