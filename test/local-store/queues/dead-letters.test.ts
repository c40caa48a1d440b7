import { describe, expect, it } from 'vitest';
import {
  bodies,
  openFixture,
  openVerify,
  receiveAll,
  startedAt,
  givingUp,
  openWithDeadLetter,
} from './queue-fixture.ts';
import { temporaryDirectory } from '../temporary-log.ts';

describe('a dead-letter queue', () => {
  it('gets a message at the receive that is one too many, with its attributes', async () => {
    const { queue, deadLetters, logged } = await openWithDeadLetter();
    expect(queue.depth().oldestSentAt).toBeUndefined();
    expect(await receiveAll(deadLetters)).toMatchObject([
      {
        body: 'poison',
        sentAt: startedAt,
        receiveCount: 3,
        firstReceivedAt: startedAt,
        sourceQueue: 'verify',
      },
    ]);
    expect(logged).toMatchObject([{ level: 'warn', fields: { queue: 'verify', messages: 1 } }]);
  });

  it('can be looked at, which counts as no receive and hides nothing', async () => {
    const { deadLetters } = await openWithDeadLetter();
    for (let look = 0; look < 2; look += 1)
      expect([...deadLetters.list()]).toMatchObject([
        { body: 'poison', receiveCount: 2, sourceQueue: 'verify' },
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
      { body: 'poison', sentAt: clock.now(), receiveCount: 1, sourceQueue: undefined },
    ]);
    expect(await deadLetters.redrive(letters)).toBe(0);
  });

  it('gives nothing back to a queue that does not exist', async () => {
    const { queue } = await openVerify(await temporaryDirectory());
    await queue.send('a');
    await expect(queue.redrive([...queue.list()])).rejects.toThrow(/original queue of the message/);
    const [message] = queue.list();
    if (message === undefined) throw new Error('The queue is empty.');
    await expect(queue.redrive([{ ...message, sourceQueue: 'gone' }])).rejects.toThrow(
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
