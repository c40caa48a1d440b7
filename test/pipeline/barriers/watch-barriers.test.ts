import { beforeEach, describe, expect, it } from 'vitest';
import type { Hop } from '../../../lib/domain/barrier.ts';
import { windowStart } from '../../factories.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { createBarrierProgress } from '../../../lib/pipeline/barriers/barrier-progress.ts';
import { createBarrierWatch, type BarrierWatch } from '../../../lib/pipeline/barriers/watch-barriers.ts';
import type { TopicOffsets } from '../../../lib/ports/topic-offsets.ts';
import { customer, instant } from '../../factories.ts';
import { SteppedTimers } from '../intent-outbox.ts';

const hops: [Hop, Hop, Hop] = [
  [{ topic: 'batches', group: 'summarizer' }],
  [
    { topic: 'insights', group: 'aggregate' },
    { topic: 'late', group: 'aggregate-late' },
  ],
  [{ topic: 'windows', group: 'roll-up' }],
];
const options = {
  hops,
  lookEveryMilliseconds: 1_000,
  maxGapMilliseconds: 10_000,
  clockDifferenceMilliseconds: 1_000,
};
const start = instant('2025-12-28T18:04:00Z');
const secondsAfter = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

let now: Date;
let ends: Record<string, bigint>;
let committed: Record<string, bigint>;
let warnings: string[];
let watch: BarrierWatch;
const clock = { now: () => now };
const logger = { warn: (message: string) => void warnings.push(message) };

const offsets: TopicOffsets = {
  ends: async (topic) => new Map([[0, ends[topic] ?? 0n]]),
  committed: async (group) => new Map(committed[group] === undefined ? [] : [[0, committed[group]]]),
  starts: async () => new Map([[0, 0n]]),
};

beforeEach(() => {
  now = start;
  ends = {};
  committed = {};
  warnings = [];
  watch = createBarrierWatch({ offsets, clock, timers: new SteppedTimers(), logger }, options);
});

/** Looks once a second until some time after the start. */
async function lookUntil(seconds: number): Promise<void> {
  for (let second = (now.getTime() - start.getTime()) / 1_000; second < seconds; second += 1) {
    await watch.look();
    now = new Date(now.getTime() + 1_000);
  }
  await watch.look();
}

describe('the watch of barriers', () => {
  it('knows nothing before the first barrier has passed', () => {
    expect(watch.minutes()).toBeUndefined();
  });

  it('says that empty topics are counted, less what clocks may differ', async () => {
    await watch.look();
    expect(watch.minutes()).toEqual(secondsAfter(-1));
    expect(watch.rollUps()).toEqual(secondsAfter(-1));
  });

  it('stays behind while a group is behind, the roll-up longer than the minutes', async () => {
    await watch.look();
    ends = { batches: 1n };
    now = secondsAfter(1);
    await lookUntil(3);
    expect(watch.minutes()).toEqual(secondsAfter(-1));
    committed = { summarizer: 1n };
    ends = { batches: 1n, insights: 1n };
    await watch.look();
    expect(watch.minutes()).toEqual(secondsAfter(-1));
    ends = { ...ends, windows: 1n };
    committed = { ...committed, aggregate: 1n };
    await watch.look();
    expect(watch.minutes()).toEqual(secondsAfter(2));
    expect(watch.rollUps()).toEqual(secondsAfter(-1));
    committed = { ...committed, 'roll-up': 1n };
    await watch.look();
    expect(watch.rollUps()).toEqual(secondsAfter(2));
  });

  it('knows nothing more once records are lost, and while the clock is behind a barrier', async () => {
    await watch.look();
    now = secondsAfter(-10);
    expect(watch.minutes()).toBeUndefined();
    now = secondsAfter(1);
    committed = { summarizer: 5n };
    await watch.look();
    expect(watch.minutes()).toBeUndefined();
  });

  it('has its instants from the read model, if there is one', async () => {
    const model = [{ topic: 'windows in the model', group: 'project' }];
    const toModel = { ...options, hops: [...hops, model] as const };
    watch = createBarrierWatch({ offsets, clock, timers: new SteppedTimers(), logger }, toModel);
    ends = { 'windows in the model': 1n };
    await watch.look();
    expect([watch.minutes(), watch.rollUps()]).toEqual([undefined, undefined]);
    committed = { project: 1n };
    await watch.look();
    expect([watch.minutes(), watch.rollUps()]).toEqual([secondsAfter(-1), secondsAfter(-1)]);
  });

  it('believes no smaller end than one that it saw, also in a look that failed', async () => {
    ends = { batches: 5n };
    let isAway = true;
    const failing: TopicOffsets = {
      ...offsets,
      ends: (topic) =>
        isAway && topic === 'windows' ? Promise.reject(new Unavailable('no broker')) : offsets.ends(topic),
    };
    watch = createBarrierWatch({ offsets: failing, clock, timers: new SteppedTimers(), logger }, options);
    await expect(watch.look()).rejects.toThrow('no broker');
    isAway = false;
    ends = {};
    await watch.look();
    expect(watch.minutes()).toBeUndefined();
  });

  it('goes on while the topics cannot be reached, with one warning', async () => {
    const stop = new AbortController();
    let looks = 0;
    const failing: TopicOffsets = {
      ...offsets,
      committed: (...args) => {
        looks += 1;
        if (looks > 40) stop.abort();
        return looks > 5 && looks < 30
          ? Promise.reject(new Unavailable('no broker'))
          : offsets.committed(...args);
      },
    };
    const ports = { offsets: failing, clock, timers: new SteppedTimers(), logger };
    watch = createBarrierWatch(ports, options);
    await watch.run(stop.signal);
    expect(warnings).toHaveLength(1);
    expect(watch.minutes()).toEqual(secondsAfter(-1));
  });
});

describe('the progress by barriers', () => {
  const progressWith = (mayHave: () => Promise<boolean>) =>
    createBarrierProgress({ barriers: watch, failedRecords: { mayHave }, clock, logger });
  const minute = { from: windowStart(), to: windowStart('2025-12-28T18:04:00Z') };

  it('calls nothing complete while the newest barrier is older than ten seconds', async () => {
    await watch.look();
    const progress = progressWith(async () => false);
    expect((await progress.of(customer())).minutes.waitsWithin(minute)).toBe(false);
    now = secondsAfter(10);
    const { minutes } = await progress.of(customer());
    expect(minutes.through).toEqual(secondsAfter(-1));
    expect(minutes.waitsWithin(minute)).toBe(true);
  });

  it('is unknown for a customer with a failed record, and where these cannot be listed', async () => {
    await watch.look();
    const down = () => Promise.reject(new Unavailable('no store'));
    for (const mayHave of [async () => true, down]) {
      const { minutes, rollUps } = await progressWith(mayHave).of(customer());
      expect([minutes.through, rollUps.through]).toEqual([undefined, undefined]);
      expect(minutes.waitsWithin(minute)).toBe(true);
    }
  });
});
