import { describe, expect, it } from 'vitest';
import { sendAll, startSource } from './source-fixture.ts';

const window = { batchSize: 100, maximumBatchingWindow: 5 };

describe('a batching window', () => {
  it('gathers what becomes visible within it', async () => {
    const { queue, clock, nextSleep, nextInvocation } = await startSource({ event: window });
    await queue.send('a');
    const sleep = await nextSleep(5);
    clock.advance(4);
    await queue.send('b');
    clock.advance(1);
    sleep.end();
    expect((await nextInvocation()).bodies).toEqual(['a', 'b']);
  });

  it('counts from when the first message was visible', async () => {
    const { queue, clock, nextSleep, nextInvocation } = await startSource({ event: window, sent: ['a'] });
    const sleep = await nextSleep(5);
    clock.advance(5);
    sleep.end();
    const first = await nextInvocation();
    await queue.send('b');
    clock.advance(3);
    first.succeed();
    const rest = await nextSleep(2);
    clock.advance(2);
    rest.end();
    const second = await nextInvocation();
    await queue.send('c');
    clock.advance(60);
    second.succeed();
    expect((await nextInvocation()).bodies).toEqual(['c']);
  });

  it('ends early when a batch is full', async () => {
    const { queue, nextSleep, nextInvocation } = await startSource({
      event: { batchSize: 3, maximumBatchingWindow: 5 },
      sent: ['a'],
    });
    await nextSleep(5);
    await sendAll(queue, ['b', 'c']);
    expect((await nextInvocation()).bodies).toEqual(['a', 'b', 'c']);
  });

  it('ends early when a batch of delayed messages is full', async () => {
    const { queue, clock, nextSleep, nextInvocation } = await startSource({
      event: { batchSize: 2, maximumBatchingWindow: 5 },
      properties: { delaySeconds: 10 },
      sent: ['a'],
    });
    const first = await nextSleep(10);
    clock.advance(3);
    await queue.send('b');
    clock.advance(7);
    first.end();
    const full = await nextSleep(3);
    clock.advance(3);
    full.end();
    expect((await nextInvocation()).bodies).toEqual(['a', 'b']);
  });

  it('does not outlast the source', async () => {
    const { source, nextSleep, pendingInvocations, queue } = await startSource({
      event: window,
      sent: ['a'],
    });
    await nextSleep(5);
    await source.stop();
    expect(pendingInvocations()).toBe(0);
    expect([...queue.list()]).toMatchObject([{ receiveCount: 0 }]);
  });

  it('ends when the clock is set back', async () => {
    const { queue, clock, nextSleep, nextInvocation } = await startSource({
      event: { batchSize: 100, maximumBatchingWindow: 5 },
    });
    await queue.send('a');
    const sleep = await nextSleep(5);
    clock.advance(-3_600);
    sleep.end();
    expect((await nextInvocation()).bodies).toEqual(['a']);
  });
});
