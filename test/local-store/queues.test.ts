import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import { GroupCommit } from '../../local-store/durable-database/group-commit.ts';
import { openPartitionedLog, partitionedLogIn } from '../../local-store/partitioned-log.ts';
import { openQueues, readQueues, type QueueSettings } from '../../local-store/queues.ts';
import {
  bodies,
  everything,
  openFixture,
  openVerify,
  receiveAll,
  startedAt,
  verify,
} from './queues/queue-fixture.ts';
import { recordedLogger } from './played-source.ts';
import { openLog, readAll, temporaryDirectory, texts } from './temporary-log.ts';

const failed: QueueSettings = { ...verify, name: 'failed' };
const givingUp: QueueSettings = { ...verify, deadLetters: { queueName: 'failed', maxReceiveCount: 2 } };

function after(seconds: number): Date {
  return new Date(startedAt.getTime() + seconds * 1000);
}

/** Opens queues in which one message of `verify` is a dead letter. */
async function openWithDeadLetter() {
  const fixture = await openFixture(await temporaryDirectory(), [givingUp, failed]);
  const { queues, clock } = fixture;
  const [queue, deadLetters] = [queues.queue('verify'), queues.queue('failed')];
  await queue.send('poison');
  for (let receive = 0; receive < 3; receive += 1) {
    await receiveAll(queue);
    clock.advance(30);
  }
  return { ...fixture, queue, deadLetters };
}

describe('a message of a queue', () => {
  it('is received with what it carries', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    await queue.send('{"päyload":1}');
    const [message] = await receiveAll(queue);
    expect(message).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      body: '{"päyload":1}',
      sentAt: startedAt,
      visibleAt: after(30),
      receiveCount: 1,
      firstReceivedAt: startedAt,
      givenUpBy: undefined,
    });
  });

  it('stays hidden for its delay', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory(), { delaySeconds: 5 });
    await queue.send('a');
    clock.advance(4.999);
    expect(await receiveAll(queue)).toEqual([]);
    expect(queue.nextVisibleAt()).toEqual(after(5));
    clock.advance(0.001);
    expect(bodies(await receiveAll(queue))).toEqual(['a']);
  });

  it('comes back after the visibility time-out until it is deleted, and is counted', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory());
    await queue.send('a');
    await receiveAll(queue);
    clock.advance(29.999);
    expect(await receiveAll(queue)).toEqual([]);
    clock.advance(0.001);
    const again = await receiveAll(queue);
    expect(again).toMatchObject([
      { body: 'a', receiveCount: 2, firstReceivedAt: startedAt, sentAt: startedAt },
    ]);
    await queue.delete(again);
    clock.advance(3_600);
    expect(await receiveAll(queue)).toEqual([]);
    expect(queue.nextVisibleAt()).toBeUndefined();
  });

  it('is not removed by whoever received it before, once it has been received again', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory());
    await queue.send('a');
    const early = await receiveAll(queue);
    clock.advance(30);
    await receiveAll(queue);
    await queue.delete(early);
    clock.advance(30);
    expect(await receiveAll(queue)).toMatchObject([{ body: 'a', receiveCount: 3 }]);
  });

  it('that an earlier run received is delivered at once, and one that it delayed is not', async () => {
    const directory = await temporaryDirectory();
    const first = await openVerify(directory, { delaySeconds: 5 });
    await first.queue.send('received');
    first.clock.advance(5);
    await receiveAll(first.queue);
    await first.queue.send('delayed');
    await first.close();

    const { queue, clock } = await openVerify(directory, { delaySeconds: 5 });
    clock.advance(5);
    expect(await receiveAll(queue)).toEqual([]);
    expect(await queue.takeBackReceived()).toBe(1);
    expect(queue.nextVisibleAt()).toEqual(after(5));
    expect(await receiveAll(queue)).toMatchObject([{ body: 'received', receiveCount: 2 }]);
    expect(await queue.takeBackReceived()).toBe(0); // this run has it
    clock.advance(5);
    expect(await receiveAll(queue)).toMatchObject([{ body: 'delayed', receiveCount: 1 }]);
  });

  it('is hidden for as long as its receiver says, unless it was received again', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory());
    await queue.send('a');
    const early = await receiveAll(queue);
    await queue.hide(early, 3);
    clock.advance(2.999);
    expect(await receiveAll(queue)).toEqual([]);
    clock.advance(0.001);
    const again = await receiveAll(queue);
    expect(again).toMatchObject([{ receiveCount: 2, firstReceivedAt: startedAt }]);
    await queue.hide(early, 1);
    clock.advance(29);
    expect(await receiveAll(queue)).toEqual([]);
    await queue.delete(early);
    clock.advance(1);
    expect(await receiveAll(queue)).toHaveLength(1);
  });

  it('goes to one of those who receive at the same time', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    await Promise.all(['a', 'b', 'c'].map((body) => queue.send(body)));
    const received = await Promise.all([receiveAll(queue), receiveAll(queue), receiveAll(queue)]);
    expect(bodies(received.flat())).toEqual(['a', 'b', 'c']);
  });

  it('that is deleted while it becomes visible again is not left behind by half', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory());
    await queue.send('a');
    const first = await receiveAll(queue);
    clock.advance(30);
    const [, again] = await Promise.all([queue.delete(first), receiveAll(queue)]);
    await queue.delete(again);
    expect([...queue.list()]).toEqual([]);
    expect(queue.depth()).toEqual({ visible: 0, waiting: 0, inFlight: 0, oldestSentAt: undefined });
  });

  it('is received by the thousand', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    const sent = Array.from({ length: 3_000 }, (_, number) => String(number));
    await Promise.all(sent.map((body) => queue.send(body)));
    const received = await receiveAll(queue);
    expect(bodies(received)).toEqual(sent.toSorted());
    await queue.delete(received);
    expect(queue.depth().oldestSentAt).toBeUndefined();
  });

  it('takes hardly any room on the disk to be received and deleted by the thousand', async () => {
    const directory = await temporaryDirectory();
    const { queue } = await openVerify(directory);
    for (let sent = 0; sent < 3_000; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, number) => queue.send(String(sent + number))));
    }
    const fileBytes = async () => (await stat(join(directory, 'data.mdb'))).size;
    const before = await fileBytes();
    await queue.delete(await receiveAll(queue));
    expect((await fileBytes()) - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('is received and deleted as far as the disk allows, and the rest when there is room', async () => {
    const { database, clock } = await openFixture(await temporaryDirectory());
    let commitsLeft = Infinity;
    const commits = new GroupCommit((write, room) => {
      commitsLeft -= 1;
      if (commitsLeft < 0) return Promise.reject(new Error('ENOSPC'));
      return database.commits.submit({ write, settle: () => {}, room });
    });
    const { logger } = recordedLogger();
    const queue = openQueues({ ...database, commits }, [verify], { clock, logger }).queue('verify');
    const sent = Array.from({ length: 1_000 }, (_, number) => String(number));
    await Promise.all(sent.map((body) => queue.send(body)));

    commitsLeft = 2;
    const received = await receiveAll(queue);
    expect(received.length).toBeGreaterThan(0);
    await expect(receiveAll(queue)).rejects.toThrow(Unavailable);
    commitsLeft = Infinity;
    const rest = await receiveAll(queue);
    expect(rest.length).toBeGreaterThan(0);
    expect(bodies([...received, ...rest])).toEqual(sent.toSorted());

    commitsLeft = 2;
    await expect(queue.delete([...received, ...rest])).rejects.toThrow(Unavailable);
    commitsLeft = Infinity;
    await queue.delete([...received, ...rest]);
    expect([...queue.list()]).toEqual([]);
  });

  it('is received within the limits, and alone where it is larger', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    await Promise.all(['aaaa', 'bbbb', 'cccc'].map((body) => queue.send(body)));
    const bytesOf = (body: string) => body.length;
    expect(await queue.receive({ ...everything, maxMessages: 1 })).toHaveLength(1);
    expect(await queue.receive({ maxMessages: 10, maxBytes: 3, bytesOf })).toHaveLength(1);
    expect(await queue.receive({ maxMessages: 10, maxBytes: 7, bytesOf })).toHaveLength(1);
    expect(await receiveAll(queue)).toEqual([]);
  });

  it('survives the end of its process, with its delay, its receives and its time-out', async () => {
    const directory = await temporaryDirectory();
    const before = await openVerify(directory, { delaySeconds: 5 });
    await before.queue.send('received');
    before.clock.advance(5);
    await receiveAll(before.queue);
    await before.queue.send('delayed');
    await before.close();
    const { queue, clock } = await openVerify(directory, { delaySeconds: 5 });
    clock.advance(5);
    expect(await receiveAll(queue)).toEqual([]);
    clock.advance(5);
    expect(bodies(await receiveAll(queue))).toEqual(['delayed']);
    clock.advance(25);
    expect(await receiveAll(queue)).toMatchObject([{ body: 'received', receiveCount: 2 }]);
  });

  it.each([1, 3_600, 400 * 86_400])('comes back also when the clock is set back by %d s', async (seconds) => {
    const { queue, clock } = await openVerify(await temporaryDirectory(), { delaySeconds: 5 });
    await queue.send('delayed');
    clock.advance(5);
    await receiveAll(queue);
    await queue.send('delayed later');
    clock.advance(-seconds);
    const due = queue.nextVisibleAt() ?? new Date(0);
    expect(due.getTime() - clock.now().getTime()).toBeLessThanOrEqual(30_000);
    clock.advance(31);
    expect(bodies(await receiveAll(queue))).toEqual(['delayed', 'delayed later']);
  });

  it('is refused once the database is closed', async () => {
    const { queue, close } = await openVerify(await temporaryDirectory());
    await close();
    await expect(queue.send('a')).rejects.toThrow(Unavailable);
    await expect(queue.hold('a')).rejects.toThrow(Unavailable);
  });
});

describe('a message that is held', () => {
  it('is not delivered before it is released', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    const held = await queue.hold('a');
    expect(await receiveAll(queue)).toEqual([]);
    expect(queue.nextVisibleAt()).toBeUndefined();
    held.release();
    expect(bodies(await receiveAll(queue))).toEqual(['a']);
  });

  it('has its delay from when it was held', async () => {
    const { queue, clock } = await openVerify(await temporaryDirectory(), { delaySeconds: 5 });
    const held = await queue.hold('a');
    clock.advance(3);
    held.release();
    expect(queue.nextVisibleAt()).toEqual(after(5));
  });

  it('is never delivered once it is withdrawn', async () => {
    const directory = await temporaryDirectory();
    const before = await openVerify(directory);
    const held = await before.queue.hold('a');
    held.withdraw();
    expect(await receiveAll(before.queue)).toEqual([]);
    await before.queue.send('b'); // in the same commit or a later one
    expect(bodies(before.queue.list())).toEqual(['b']);
    await before.close();
    const { queue } = await openVerify(directory);
    expect(bodies(await receiveAll(queue))).toEqual(['b']);
  });

  it('is delivered when its withdrawal cannot be written', async () => {
    const directory = await temporaryDirectory();
    const before = await openVerify(directory);
    const held = await before.queue.hold('a');
    await before.close();
    held.withdraw();
    const { queue } = await openVerify(directory);
    expect(bodies(await receiveAll(queue))).toEqual(['a']);
  });

  it('is a message once its process is gone', async () => {
    const directory = await temporaryDirectory();
    const before = await openVerify(directory);
    await before.queue.hold('a');
    await before.close();
    const { queue } = await openVerify(directory);
    expect(bodies(await receiveAll(queue))).toEqual(['a']);
  });
});

describe('a dead-letter queue', () => {
  it('gets a message at the receive that is one too many, with its attributes', async () => {
    const { queue, deadLetters, logged } = await openWithDeadLetter();
    expect(queue.depth().oldestSentAt).toBeUndefined();
    expect(await receiveAll(deadLetters)).toMatchObject([
      { body: 'poison', sentAt: startedAt, receiveCount: 3, firstReceivedAt: startedAt, givenUpBy: 'verify' },
    ]);
    expect(logged).toMatchObject([{ level: 'warn', fields: { queue: 'verify', messages: 1 } }]);
  });

  it('can be looked at, which counts as no receive and hides nothing', async () => {
    const { deadLetters } = await openWithDeadLetter();
    for (let look = 0; look < 2; look += 1)
      expect([...deadLetters.list()]).toMatchObject([
        { body: 'poison', receiveCount: 2, givenUpBy: 'verify' },
      ]);
    expect(await receiveAll(deadLetters)).toHaveLength(1);
  });

  it('lists all of many messages, each once', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    const sent = Array.from({ length: 250 }, (_, number) => String(number));
    await Promise.all(sent.map((body) => queue.send(body)));
    expect(bodies(queue.list())).toEqual(sent.toSorted());
  });

  it('gives messages back to the queue that gave them up, where they are new', async () => {
    const { queue, deadLetters, clock } = await openWithDeadLetter();
    const letters = [...deadLetters.list()];
    const { arrivals } = queue;
    expect(await deadLetters.redrive(letters)).toBe(1);
    expect([...deadLetters.list()]).toEqual([]);
    expect(queue.arrivals).toBe(arrivals + 1);
    expect(await receiveAll(queue)).toMatchObject([
      { body: 'poison', sentAt: clock.now(), receiveCount: 1, givenUpBy: undefined },
    ]);
    expect(await deadLetters.redrive(letters)).toBe(0);
  });

  it('gives nothing back to a queue that there is not', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    await queue.send('a');
    await expect(queue.redrive([...queue.list()])).rejects.toThrow(/No queue gave up/);
    const [message] = queue.list();
    if (message === undefined) throw new Error('The queue is empty.');
    await expect(queue.redrive([{ ...message, givenUpBy: 'gone' }])).rejects.toThrow(
      'There is no queue "gone"',
    );
    expect([...queue.list()]).toHaveLength(1);
  });

  it('has to be there', async () => {
    await expect(openFixture(await temporaryDirectory(), [givingUp])).rejects.toThrow(
      'There is no queue "failed"',
    );
  });
});

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

  it('wakes those who wait for messages, and nobody else', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    const gone = new AbortController();
    const waiting = queue.waitForArrivals(1, new AbortController().signal);
    const givenUp = queue.waitForArrivals(2, gone.signal);
    const held = await queue.hold('a');
    expect(queue.arrivals).toBe(0);
    held.release();
    await waiting;
    gone.abort();
    await expect(givenUp).rejects.toThrow('given up');
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
  it('are told when there is no database', async () => {
    await expect(readQueues(await temporaryDirectory())).rejects.toThrow(/There is no database in/);
  });
});
