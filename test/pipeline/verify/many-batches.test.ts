import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredNotification } from '../../../lib/pipeline/verify/verdict.ts';
import { VerifyWorld } from './verify-world.ts';

let world: VerifyWorld;

beforeEach(() => {
  world = new VerifyWorld();
});

describe('verify, of many batches', () => {
  it('reads each window once, however many batches are in it', async () => {
    const notifications = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.storeBatch(`batch-${index}`, '18:03', '18:04')),
    );
    await world.count(world.insights);
    world.store.reads.length = 0;
    expect(new Set((await world.verdictOn(...notifications)).map((verdict) => verdict?.kind))).toEqual(
      new Set(['counted']),
    );
    expect(world.store.reads.filter((key) => key.startsWith('aggregates/'))).toHaveLength(2);
    expect(world.store.reads).toHaveLength(53);
  });

  it('reads no more where ten times as many other batches are stored', async () => {
    const notifications = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        world.storeBatch(`batch-${index}`, '18:03', `18:${10 + (index % 50)}`),
      ),
    );
    await world.count(world.insights);
    const other = (await world.store.get(world.notification('batch-0').key))?.body ?? Buffer.alloc(0);
    let stored = 0;
    const readsAmong = async (others: number) => {
      for (; stored < others; stored += 1) {
        await world.store.put(world.notification(`other-${stored}`).key, other, { ifNoneMatch: '*' });
      }
      world.store.reads.length = 0;
      expect((await world.verdictOn(...notifications)).every((verdict) => verdict?.kind === 'counted')).toBe(
        true,
      );
      return world.store.reads.length;
    };
    expect(await readsAmong(1_000)).toBe(100 + 51 + 1);
    expect(await readsAmong(10_000)).toBe(100 + 51 + 1);
  });

  describe('of much at once', () => {
    const minutes = (count: number) =>
      Array.from({ length: count }, (_, minute) =>
        [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':'),
      );
    const kindsOf = async (notifications: readonly StoredNotification[]) =>
      (await world.verdictOn(...notifications)).map((verdict) => verdict?.kind);
    const countAll = async () => {
      await world.count(world.insights);
      await world.count(world.late);
    };

    it('ends in time what it begins, the smallest first, and leaves the rest for later', async () => {
      const notifications = [
        await world.storeBatch('large', ...minutes(300)),
        await world.storeBatch('as large', ...minutes(300)),
        await world.storeBatch('small', '18:03'),
      ];
      await countAll();
      world.store.secondsARead = 1;
      expect(await kindsOf(notifications)).toEqual(['counted', 'waiting', 'counted']);
    });

    it('ends what is begun first in any case', async () => {
      const [first, second] = [
        await world.storeBatch('a', ...minutes(300)),
        await world.storeBatch('b', ...minutes(300)),
      ];
      await countAll();
      world.store.secondsARead = 31;
      expect(await kindsOf([first, second])).toEqual(['counted', 'waiting']);
      expect(await kindsOf([second])).toEqual(['counted']);
    });

    it('emits in time what is lost of a large batch', async () => {
      const stored = await world.storeBatch('a', ...minutes(300));
      world.late.drain();
      world.wait(120);
      world.store.secondsARead = 1;
      expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 300 }]);
      await countAll();
      expect(await kindsOf([stored])).toEqual(['counted']);
    });

    it.each([
      ['waits', 1],
      ['probably waits', 1_001],
    ])('calls a batch overdue that was stored long ago, and %s at its first look', async (_, windows) => {
      const stored = await world.storeBatch('a', ...minutes(windows));
      world.wait(901);
      expect(await world.verdictOn({ ...stored, firstReceivedAt: world.now })).toEqual([
        { kind: 'waiting', isOverdue: true },
      ]);
    });

    it('looks together at some of many that are small, and reports the others by their age', async () => {
      const notifications = await Promise.all(
        Array.from({ length: 67 }, (_, index) => world.storeBatch(`batch-${index}`, ...minutes(150))),
      );
      await countAll();
      world.wait(901);
      world.store.reads.length = 0;
      world.store.secondsARead = 1;
      const lookedAtNow = notifications.map((each) => ({ ...each, firstReceivedAt: world.now }));
      const verdicts = await world.verdictOn(...lookedAtNow);
      expect(verdicts.filter((verdict) => verdict?.kind === 'counted')).toHaveLength(66);
      expect(verdicts.slice(66)).toEqual(
        notifications.slice(66).map(() => ({ kind: 'waiting', isOverdue: true })),
      );
      expect(world.store.reads.filter((key) => key.startsWith('aggregates/'))).toHaveLength(150);
    });
  });
});
