import { describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { partitionKeyOf } from '../../../lib/domain/partial.ts';
import { readConsumption } from '../../../lib/pipeline/verify/consumption.ts';
import { isOffStream, type Emission } from '../../../lib/domain/judge-batch/is-off-stream.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import { customer, instant, windowStart } from '../../factories.ts';

const startedAt = instant('2025-12-28T18:00:00Z');
const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1_000);
const partial = { isLate: false, windowStart: windowStart() };
const limits = { marginSeconds: 5, lookAgainSeconds: 60 };

/** Times in seconds from the start of the process. */
interface Situation {
  readonly now: number;
  readonly emission?: Partial<Emission>;
  /** When a record was put that waits for the same window. */
  readonly waitsSince?: number;
}

/**
 * Reports whether the partial is lost, if only this process emits, or if others do on streams that know no customers.
 */
async function isLost({ emission = {}, waitsSince, now }: Situation, isOnly: boolean): Promise<boolean> {
  let at = after(waitsSince ?? 0);
  const clock = { now: () => at };
  const insights = createInMemoryEventStream({ clock });
  const late = createInMemoryEventStream({ clock });
  if (waitsSince !== undefined) {
    const partitionKey = partitionKeyOf(customer(), partial.windowStart);
    await insights.put([{ partitionKey, data: Buffer.from('x') }]);
  }
  at = after(now);
  const withoutCustomers: EventStream = { ...insights, backlogOf: async () => undefined };
  const streams = { insights: isOnly ? insights : withoutCustomers, late };
  const consumption = await (await readConsumption(streams))([customer()]);
  const its = { storedAt: after(1), emittedAgainAt: undefined, receiveCount: 1, ...emission };
  const onlyEmitterSince = isOnly ? startedAt : undefined;
  return isOffStream(partial, its, consumption(customer()), at, { ...limits, onlyEmitterSince });
}

const inFuture = { storedAt: after(7_200) };
const emittedAgain = { emittedAgainAt: after(61), receiveCount: 3 };

describe('a partial that its window does not hold, where one process alone emits', () => {
  it.each<[string, Situation]>([
    ['nothing waits, and its emission cannot be under way', { now: 7 }],
    ['it is looked at again, whatever the clock was', { now: 5, emission: { ...inFuture, receiveCount: 2 } }],
    ['what waits for its window was put after its emission', { now: 30, waitsSince: 8 }],
    ['a process that is gone had stored it a moment ago', { now: 1, emission: { storedAt: after(-1) } }],
    [
      'what waits was put when that process was gone',
      { now: 9, waitsSince: 2, emission: { storedAt: after(-1) } },
    ],
    ['what was emitted again is consumed', { now: 90, waitsSince: 62, emission: emittedAgain }],
  ])('is lost where %s', async (_, situation) => {
    expect(await isLost(situation, true)).toBe(true);
  });

  it.each<[string, Situation]>([
    ['its emission may be under way', { now: 5 }],
    ['its emission may be under way, by a clock that was set back', { now: 5, emission: inFuture }],
    ['something waits for its window', { now: 30, waitsSince: 1 }],
    [
      'what waits may be of a process that is gone',
      { now: 9, waitsSince: -1, emission: { storedAt: after(-2) } },
    ],
    ['what waits may be what was emitted again', { now: 90, waitsSince: 60, emission: emittedAgain }],
  ])('is not lost yet where %s', async (_, situation) => {
    expect(await isLost(situation, true)).toBe(false);
  });
});

describe('a partial that its window does not hold, where others emit and nobody knows what waits', () => {
  it.each<[string, Situation]>([
    ['the stream is consumed past its emission', { now: 7 }],
    ['the stream is consumed past every look', { now: 90, waitsSince: 61, emission: { receiveCount: 2 } }],
  ])('is lost where %s', async (_, situation) => {
    expect(await isLost(situation, false)).toBe(true);
  });

  it.each<[string, Situation]>([
    ['the stream is not consumed so far', { now: 90, waitsSince: 6 }],
    ['an earlier look may have emitted it', { now: 90, waitsSince: 55, emission: { receiveCount: 2 } }],
    ['another process stored it a moment ago', { now: 1, emission: { storedAt: after(-1) } }],
  ])('is not lost yet where %s', async (_, situation) => {
    expect(await isLost(situation, false)).toBe(false);
  });
});

describe('a partial that its window does not hold, where intents precede batches', () => {
  const seenAt = after(100);

  it.each<[string, Partial<Emission>, number | undefined, boolean]>([
    ['is lost once a barrier has passed that began after its batch was seen', {}, 101, true],
    ['waits while no younger barrier has passed', {}, 100, false],
    ['waits while nobody knows of a barrier', {}, undefined, false],
    ['waits for a barrier that began after it was emitted again', { emittedAgainAt: after(150) }, 150, false],
    ['is lost again once that has passed', { emittedAgainAt: after(150) }, 151, true],
    ['is lost whatever was emitted before it was seen', { emittedAgainAt: after(99) }, 101, true],
  ])('%s', (_, emission, barrier, expected) => {
    const through = barrier === undefined ? undefined : after(barrier);
    const consumed = { through, waitsWithin: undefined };
    const its = { storedAt: after(1), emittedAgainAt: undefined, receiveCount: 9, seenAt, ...emission };
    const given = { ...limits, onlyEmitterSince: undefined };
    expect(isOffStream(partial, its, { insights: consumed, late: consumed }, after(10_000), given)).toBe(
      expected,
    );
  });
});
