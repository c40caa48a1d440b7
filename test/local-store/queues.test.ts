import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../lib/errors.ts';
import { GroupCommit } from '../../local-store/durable-database/group-commit.ts';
import { openQueues } from '../../local-store/queues.ts';
import {
  bodies,
  everything,
  openFixture,
  openVerify,
  receiveAll,
  startedAt,
  verify,
  after,
} from './queues/queue-fixture.ts';
import { recordedLogger } from './played-source.ts';
import { temporaryDirectory } from './temporary-log.ts';

describe('a message of a queue', () => {
  it('is received with its content', async () => {
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
      sourceQueue: undefined,
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

  it('is not removed by an earlier receiver once it has been received again', async () => {
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

  it('goes to only one of several simultaneous receivers', async () => {
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

  it('is delayed from the instant at which it was held', async () => {
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
