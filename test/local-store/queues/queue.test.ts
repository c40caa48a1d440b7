import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { openPartitionedLog, partitionedLogIn } from '../../../local-store/partitioned-log.ts';
import { readQueues } from '../../../local-store/queues.ts';
import {
  bodies,
  openFixture,
  openVerify,
  receiveAll,
  startedAt,
  verify,
  after,
  failed,
} from './queue-fixture.ts';
import { openLog, readAll, temporaryDirectory, texts } from '../temporary-log.ts';

describe('a queue', () => {
  it('knows how much is visible, waits and is in flight, and its oldest message', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory(), { delaySeconds: 5 });
    for (const body of ['a', 'b', 'c']) {
      await queue.send(body);
      clock.advance(2);
    }
    expect(queue.depth()).toEqual({ visible: 1, waiting: 2, inFlight: 0, oldestSentAt: startedAt });
    const received = await receiveAll(queue);
    expect(queue.depth()).toEqual({ visible: 0, waiting: 2, inFlight: 1, oldestSentAt: startedAt });
    await queue.delete(received);
    expect(queue.depth()).toEqual({ visible: 0, waiting: 2, inFlight: 0, oldestSentAt: after(2) });
    clock.advance(5);
    await receiveAll(queue);
    clock.advance(30);
    expect(queue.depth()).toMatchObject({ visible: 2, waiting: 0, inFlight: 0 });
  });

  it('knows when so many messages are visible together', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory(), { delaySeconds: 5 });
    await queue.send('a');
    clock.advance(2);
    await queue.send('b');
    expect(queue.visibleTogetherAt(1)).toEqual(after(5));
    expect(queue.visibleTogetherAt(2)).toEqual(after(7));
    expect(queue.visibleTogetherAt(3)).toBeUndefined();
  });

  it('wakes only those who wait for messages', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    const gone = new AbortController();
    const waiting = queue.waitForArrivals(1, new AbortController().signal);
    const givenUp = queue.waitForArrivals(2, gone.signal);
    const held = await queue.hold('a');
    expect(queue.arrivals).toBe(0);
    held.release();
    await waiting;
    gone.abort();
    await expect(givenUp).rejects.toThrow('cancelled');
  });

  it('does not take a message for another one of its name', async () => {
    const directory = await temporaryDirectory();
    const { queues } = await openFixture(directory, [verify, failed]);
    await queues.queue('verify').send('a');
    expect(await receiveAll(queues.queue('failed'))).toEqual([]);
    expect(() => queues.queue('other')).toThrow(RangeError);
  });

  it.each(['contents', 'schedule'])(
    'is an error, and not empty, when its %s are of a newer version',
    async (table) => {
      const directory = await temporaryDirectory();
      const before = await openVerify(directory);
      await before.queue.send('a');
      await before.close();
      const environment = open({ path: directory, noSubdir: false, encoding: 'binary', maxDbs: 16 });
      const stored = environment.openDB<Buffer, [number, string]>(`queue/verify/${table}`, {
        encoding: 'binary',
      });
      for (const { key, value } of stored.getRange()) {
        const newer = Buffer.from(value);
        newer[0] = 2;
        await stored.put(key, newer);
      }
      await environment.close();
      const { queue } = await openVerify(directory);
      await expect(receiveAll(queue)).rejects.toThrow(UnreadableFormat);
      await queue.send('still taken');
    },
  );

  it('shares its database with the log, also one that was made before there were queues', async () => {
    const directory = await temporaryDirectory();
    const older = await openPartitionedLog(directory, { clock: { now: () => startedAt } });
    const settings = { partitionCount: 1, consumers: [] };
    const put = (text: string) => [{ partitionKey: 'key', data: Buffer.from(text) }];
    await (await older.stream('insights', settings)).put(put('old'));
    await older.close();

    const { database, queues, clock, close } = await openFixture(directory);
    const stream = await partitionedLogIn(database, { clock }).stream('insights', settings);
    await Promise.all([stream.put(put('new')), queues.queue('verify').send('a')]);
    expect(bodies(await receiveAll(queues.queue('verify')))).toEqual(['a']);
    await close();

    const log = await openLog(directory);
    expect(texts(readAll(await log.stream('insights', settings), 0))).toEqual(['old', 'new']);
  });

  it('fails alone and spares the log when a message cannot be read', async () => {
    const directory = await temporaryDirectory();
    const { database, queues, clock } = await openFixture(directory);
    const stream = await partitionedLogIn(database, { clock }).stream('insights', {
      partitionCount: 1,
      consumers: [],
    });
    const queue = queues.queue('verify');
    await queue.send('a');
    const schedule = database.environment.openDB<Buffer, [number, string]>('queue/verify/schedule', {
      encoding: 'binary',
    });
    for (const { key } of schedule.getRange()) await schedule.put(key, Buffer.from([1, 2, 3]));
    const [received, put] = await Promise.allSettled([
      receiveAll(queue),
      stream.put([{ partitionKey: 'key', data: Buffer.from('x') }]),
    ]);
    expect(received.status).toBe('rejected');
    expect(put.status).toBe('fulfilled');
  });
});

describe('those who only look at queues', () => {
  it('report that there is no database', async () => {
    await expect(readQueues(await temporaryDirectory())).rejects.toThrow(/There is no database in/);
  });
});
