import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../lib/errors.ts';
import { response } from './played-source.ts';
import { eventSourceArn, startSource, withVerbs } from './queue-event-source/source-fixture.ts';
import { bodies, startedAt } from './queues/queue-fixture.ts';

describe('the event of an invocation', () => {
  it('is what AWS would send', async () => {
    const { nextInvocation } = await startSource({ sent: ['{"päyload":1}'] });
    const { event } = await nextInvocation();
    expect(event).toEqual({
      Records: [
        {
          messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          receiptHandle: expect.stringMatching(/^[\w-]+$/) as string,
          body: '{"päyload":1}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: String(startedAt.getTime()),
            SenderId: expect.any(String) as string,
            ApproximateFirstReceiveTimestamp: String(startedAt.getTime()),
          },
          messageAttributes: {},
          md5OfBody: hash('md5', '{"päyload":1}', 'hex'),
          eventSource: 'aws:sqs',
          eventSourceARN: eventSourceArn,
          awsRegion: 'eu-central-1',
        },
      ],
    });
  });

  it('counts the receives, and has a new receipt handle each time', async () => {
    const { nextInvocation, nextSleep, clock } = await startSource({ sent: ['a'] });
    const first = await nextInvocation();
    first.fail(new Error('no'));
    const sleep = await nextSleep(30);
    clock.advance(30);
    sleep.end();
    const [again] = (await nextInvocation()).event.Records;
    expect(again?.attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(startedAt.getTime()),
    });
    expect(again?.receiptHandle).not.toBe(first.event.Records[0]?.receiptHandle);
  });

  it('stays under the 6 MB of an invocation', async () => {
    const sent = Array.from({ length: 9 }, (_, number) => `${number}${'"'.repeat(400_000)}`);
    const { nextInvocation, queue } = await startSource({ sent });
    const sizes: number[] = [];
    for (let received = 0; received < sent.length;) {
      const { event, succeed } = await nextInvocation();
      sizes.push(Buffer.byteLength(JSON.stringify(event)));
      received += event.Records.length;
      succeed();
    }
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
    await expect.poll(() => [...queue.list()]).toEqual([]);
  });

  it('has at most as many messages as a batch, one invocation at a time', async () => {
    const { nextInvocation, pendingInvocations } = await startSource({
      event: { batchSize: 2 },
      sent: ['a', 'b', 'c'],
    });
    const first = await nextInvocation();
    expect(first.bodies).toHaveLength(2);
    await setImmediate();
    expect(pendingInvocations()).toBe(0);
    first.succeed();
    const second = await nextInvocation();
    expect([...first.bodies, ...second.bodies].toSorted()).toEqual(['a', 'b', 'c']);
  });
});

describe('the messages of an invocation', () => {
  it('are deleted when it succeeds', async () => {
    const { nextInvocation, queue } = await startSource({ sent: ['a', 'b'] });
    const { succeed } = await nextInvocation();
    expect(bodies(queue.list())).toEqual(['a', 'b']);
    succeed({ batchItemFailures: [] });
    await expect.poll(() => [...queue.list()]).toEqual([]);
  });

  it('come back if it reports them, and only those', async () => {
    const { nextInvocation, nextSleep, queue, clock, logged } = await startSource({ sent: ['a', 'b', 'c'] });
    const first = await nextInvocation();
    first.succeed(response(first.idOf('b')));
    const sleep = await nextSleep(30);
    expect(bodies(queue.list())).toEqual(['b']);
    clock.advance(30);
    sleep.end();
    expect((await nextInvocation()).bodies).toEqual(['b']);
    expect(logged.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('come back soon if the source is configured so, and later each time', async () => {
    const { nextInvocation, nextSleep, queue, clock, elapse } = await startSource({
      event: { firstReturnSeconds: 2 },
      sent: ['a', 'b'],
    });
    const returnsAfter = [2, 2, 2, 3, 5]; // half of 0, 2, 4, 6 and 9 s
    const first = await nextInvocation();
    first.succeed(response(first.idOf('a')));
    for (const [time, seconds] of returnsAfter.entries()) {
      const sleep = await nextSleep(seconds);
      expect(bodies(queue.list())).toEqual(['a']);
      clock.advance(seconds);
      elapse(seconds);
      sleep.end();
      const again = await nextInvocation();
      expect(again.event.Records[0]?.attributes.ApproximateReceiveCount).toBe(String(time + 2));
      again.succeed(response(again.idOf('a')));
    }
  });

  it('come back no sooner if checking all waiting ones would take long', async () => {
    const { nextInvocation, nextSleep, elapse, queue } = await startSource({
      event: { firstReturnSeconds: 2, batchSize: 2 },
      sent: ['a', 'b'],
    });
    const { idOf, succeed } = await nextInvocation();
    elapse(2);
    succeed(response(idOf('a'), idOf('b')));
    await nextSleep(20);
    expect(bodies(queue.list())).toEqual(['a', 'b']);
  });

  it.each([
    ['is rejected', undefined],
    ['has no understandable answer', { batchItemFailures: 'all' }],
    ['reports an empty id', response('')],
    ['reports an id that it was not given', response('of another batch')],
  ])('all come back when it %s', async (_, answer) => {
    const { nextInvocation, nextSleep, queue, logged } = await startSource({ sent: ['a', 'b'] });
    const { fail, succeed } = await nextInvocation();
    if (answer === undefined) fail(new Error('out of order'));
    else succeed(answer);
    await nextSleep(30);
    expect(bodies(queue.list())).toEqual(['a', 'b']);
    expect(logged).toMatchObject([{ level: 'warn' }]);
  });

  it('are deleted after any answer of a function that does not report failures', async () => {
    const { nextInvocation, queue } = await startSource({
      event: { functionResponseType: undefined },
      sent: ['a'],
    });
    const { idOf, succeed } = await nextInvocation();
    succeed(response(idOf('a')));
    await expect.poll(() => [...queue.list()]).toEqual([]);
  });

  it('become dead letters when they fail each time', async () => {
    const properties = { deadLetters: { queueName: 'failed', maxReceiveCount: 2 } };
    const { nextInvocation, nextSleep, clock, queue, deadLetters } = await startSource({
      properties,
      sent: ['poison', 'good'],
    });
    for (let receive = 0; receive < 2; receive += 1) {
      const invocation = await nextInvocation();
      invocation.succeed(response(invocation.idOf('poison')));
      const sleep = await nextSleep(30);
      clock.advance(30);
      sleep.end();
    }
    await expect.poll(() => [...deadLetters.list()]).toMatchObject([{ body: 'poison', receiveCount: 2 }]);
    expect([...queue.list()]).toEqual([]);
  });

  it('are deleted in the end when that fails at first', async () => {
    let refusals = 2;
    const { nextInvocation, nextSleep, queue, logged } = await startSource({
      sent: ['a'],
      between: (real) =>
        withVerbs(real, {
          delete: async (messages) => {
            refusals -= 1;
            if (refusals >= 0) throw new Unavailable('The database could not be written.');
            await real.delete(messages);
          },
        }),
    });
    (await nextInvocation()).succeed();
    (await nextSleep(0.1)).end();
    (await nextSleep(0.2)).end();
    await expect.poll(() => [...queue.list()]).toEqual([]);
    expect(logged.map(({ level }) => level)).toEqual(['error', 'error']);
  });
});

describe('a queue event source', () => {
  it('sleeps until a message is sent', async () => {
    const { queue, nextInvocation } = await startSource();
    await setImmediate();
    await queue.send('a');
    expect((await nextInvocation()).bodies).toEqual(['a']);
  });

  it('sleeps until a message is released', async () => {
    const { queue, nextInvocation, pendingInvocations } = await startSource();
    const held = await queue.hold('a');
    await setImmediate();
    expect(pendingInvocations()).toBe(0);
    held.release();
    expect((await nextInvocation()).bodies).toEqual(['a']);
  });

  it('sleeps until the first delay ends, even if messages are sent meanwhile', async () => {
    const { queue, clock, nextSleep, nextInvocation } = await startSource({
      properties: { delaySeconds: 5 },
      sent: ['a'],
    });
    const sleep = await nextSleep(5);
    clock.advance(2);
    await queue.send('b');
    clock.advance(3);
    sleep.end();
    const first = await nextInvocation();
    expect(first.bodies).toEqual(['a']);
    first.succeed();
    const next = await nextSleep(2);
    clock.advance(2);
    next.end();
    expect((await nextInvocation()).bodies).toEqual(['b']);
  });

  it('is woken by a message that is visible before one that comes back', async () => {
    const { queue, nextSleep, nextInvocation } = await startSource({ sent: ['a'] });
    (await nextInvocation()).fail(new Error('no'));
    await nextSleep(30);
    await queue.send('b');
    expect((await nextInvocation()).bodies).toEqual(['b']);
  });

  it('invokes nothing when it is not enabled', async () => {
    const { pendingInvocations, source } = await startSource({ event: { enabled: false }, sent: ['a'] });
    await setImmediate();
    await source.stop();
    expect(pendingInvocations()).toBe(0);
  });

  it('tries again, with back-off, when the queue cannot be read', async () => {
    let failures = 2;
    const { nextSleep, nextInvocation, logged } = await startSource({
      sent: ['a'],
      between: (real) =>
        withVerbs(real, {
          receive: (limits) => {
            failures -= 1;
            if (failures >= 0) return Promise.reject(new Unavailable('The database could not be written.'));
            return real.receive(limits);
          },
        }),
    });
    (await nextSleep(0.1)).end();
    (await nextSleep(0.2)).end();
    expect((await nextInvocation()).bodies).toEqual(['a']);
    expect(logged.map(({ level }) => level)).toEqual(['error', 'error']);
  });

  it('lets the running invocation finish when it is stopped, deletes the messages that it did, and starts nothing', async () => {
    const { source, queue, nextInvocation, pendingInvocations } = await startSource({
      event: { batchSize: 1 },
      sent: ['a', 'b'],
    });
    const { bodies: done, succeed } = await nextInvocation();
    const stopped = source.stop();
    succeed();
    await stopped;
    expect(bodies(queue.list())).toEqual(['a', 'b'].filter((body) => !done.includes(body)));
    expect(pendingInvocations()).toBe(0);
  });
});
