import { beforeEach, describe, expect, it } from 'vitest';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import { partitionKeyOf } from '../../../lib/domain/partial.ts';
import { BudgetUsedUp } from '../../../lib/errors.ts';
import { FirstSights } from '../../../lib/pipeline/verify/first-sights.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import { customer, windowStart } from '../../factories.ts';
import { withAdmission } from '../with-admission.ts';
import { VerifyWorld, verifyOptions } from './verify-world.ts';

let world: VerifyWorld;

beforeEach(() => {
  world = new VerifyWorld();
});

describe('verify', () => {
  it('finds a batch counted that all of its windows hold', async () => {
    const stored = await world.storeBatch('a', '18:03', '18:04');
    await world.count(world.insights);
    expect(await world.verdictOn(stored)).toEqual([{ kind: 'counted' }]);
  });

  it('waits as long as the stream is behind the batch, however often it looks, and emits nothing', async () => {
    const stored = await world.storeBatch('a', '18:03');
    for (const receiveCount of [1, 2, 50]) {
      world.wait(120);
      expect(await world.verdictOn({ ...stored, receiveCount })).toMatchObject([{ kind: 'waiting' }]);
    }
    expect(world.insights.drain()).toHaveLength(1);
  });

  it.each([-86_400, 86_400])(
    'waits also where the clock was set by %i s, and emits nothing',
    async (seconds) => {
      const stored = await world.storeBatch('a', '18:03');
      world.wait(seconds);
      for (const receiveCount of [1, 2, 50]) {
        world.wait(120);
        expect(await world.verdictOn({ ...stored, receiveCount })).toMatchObject([{ kind: 'waiting' }]);
      }
      expect(world.insights.drain()).toHaveLength(1);
    },
  );

  it.each([-86_400, 86_400])('emits what was lost, also where the clock was set by %i s', async (seconds) => {
    const stored = await world.storeBatch('a', '18:03');
    world.insights.drain();
    world.wait(seconds);
    await world.verdictOn(stored);
    world.insights.drain();
    world.wait(60);
    expect(await world.verdictOn({ ...stored, receiveCount: 2 })).toMatchObject([{ kind: 'emitted' }]);
    await world.count(world.insights);
    expect(await world.verdictOn({ ...stored, receiveCount: 3 })).toEqual([{ kind: 'counted' }]);
    expect(await world.requestsAt('18:03')).toBe(1);
  });

  it('waits for the margin in which the first emission may still be under way', async () => {
    const stored = await world.storeBatch('a', '18:03');
    world.insights.drain();
    world.wait(1);
    expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'waiting' }]);
    world.wait(2);
    expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'emitted' }]);
  });

  it('emits what was lost, and only that, until it is counted, once', async () => {
    const stored = await world.storeBatch('a', '18:03', '18:04');
    await world.count(world.insights, 1);
    world.insights.drain();
    world.wait(120);
    expect(await world.verdictOn(stored)).toEqual([{ kind: 'emitted', partials: 1, isOverdue: false }]);
    await world.count(world.insights);
    world.wait(60);
    expect(await world.verdictOn({ ...stored, receiveCount: 2 })).toEqual([{ kind: 'counted' }]);
    expect([await world.requestsAt('18:03'), await world.requestsAt('18:04')]).toEqual([1, 1]);
  });

  it('does not emit again what it has emitted itself while that is still waiting', async () => {
    const stored = await world.storeBatch('a', '18:03');
    world.insights.drain();
    world.wait(120);
    await world.verdictOn(stored);
    world.wait(60);
    expect(await world.verdictOn({ ...stored, receiveCount: 2 })).toMatchObject([{ kind: 'waiting' }]);
    expect(world.insights.drain()).toHaveLength(1);
    world.wait(60);
    expect(await world.verdictOn({ ...stored, receiveCount: 3 })).toMatchObject([{ kind: 'emitted' }]);
  });

  it('emits nothing again at its first look where intents precede batches: the summarizer may be behind', async () => {
    world.sights = new FirstSights();
    const stored = await world.storeBatch('a', '18:03');
    world.insights.drain();
    world.wait(1_000);
    expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'waiting' }]);
    world.wait(1);
    expect(await world.verdictOn(stored)).toMatchObject([{ kind: 'emitted', partials: 1 }]);
  });

  it('looks at each stream for itself', async () => {
    const stored = await world.storeBatch('a', '12:00', '18:03');
    world.insights.drain();
    world.wait(120);
    expect(await world.verdictOn(stored)).toEqual([{ kind: 'emitted', partials: 1, isOverdue: false }]);
    expect([world.insights.drain().length, world.late.drain().length]).toEqual([1, 1]);
  });

  it('calls a batch overdue that is not counted for long', async () => {
    const stored = await world.storeBatch('a', '18:03');
    world.wait(901);
    expect(await world.verdictOn(stored)).toEqual([{ kind: 'waiting', isOverdue: true }]);
  });

  it('calls a batch overdue that was stored far in the future, by a clock that was wrong', async () => {
    const stored = await world.storeBatch('a', '18:03');
    world.wait(-900);
    expect(await world.verdictOn(stored)).toMatchObject([{ isOverdue: false }]);
    world.wait(-1);
    expect(await world.verdictOn(stored)).toMatchObject([{ isOverdue: true }]);
  });

  it('calls a batch overdue that was looked at for long, also where it cannot be read', async () => {
    const [stored, damaged] = [
      await world.storeBatch('a', '18:03'),
      await world.storeBatch('damaged', '18:03'),
    ];
    const etag = (await world.store.get(damaged.key))?.etag ?? '';
    await world.store.put(damaged.key, Buffer.from('torn'), { ifMatch: etag });
    for (const [seconds, isOverdue] of [
      [900, false],
      [1, true],
    ] as const) {
      world.wait(seconds);
      expect(
        await world.verdictOn({ ...stored, receiveCount: 9 }, { ...damaged, receiveCount: 9 }),
      ).toMatchObject([
        { kind: 'waiting', isOverdue },
        { kind: 'failed', isOverdue },
      ]);
    }
  });

  it('is done with a batch that is not there', async () => {
    expect(await world.verdictOn(world.notification('never-stored'))).toEqual([{ kind: 'absent' }]);
  });

  it('adds nothing when several look at once', async () => {
    const stored = await world.storeBatch('a', '18:03');
    world.insights.drain();
    world.wait(120);
    const looks = await Promise.all([
      world.verdictOn(stored),
      world.verdictOn(stored),
      world.verdictOn(stored),
    ]);
    expect(looks.flat()).toEqual(looks.map(() => ({ kind: 'emitted', partials: 1, isOverdue: false })));
    expect(await world.insights.backlog()).toMatchObject({ records: 3 });
    await world.count(world.insights, 1);
    await world.count(world.insights);
    expect(await world.requestsAt('18:03')).toBe(1);
  });

  it('looks once at a batch with two notifications, and gives both the result', async () => {
    const stored = await world.storeBatch('a', '18:03');
    const again = { ...stored, messageId: 'another' };
    expect(await world.verdictOn(stored, again)).toMatchObject([{ kind: 'waiting' }, { kind: 'waiting' }]);
    world.insights.drain();
    world.wait(120);
    expect(await world.verdictOn(stored, again)).toMatchObject([{ kind: 'emitted' }, { kind: 'emitted' }]);
    world.wait(60);
    expect(await world.verdictOn(stored, { ...again, receiveCount: 2 })).toMatchObject([
      { kind: 'waiting' },
      { kind: 'waiting' },
    ]);
    await world.count(world.insights);
    expect(await world.verdictOn(stored, again)).toEqual([{ kind: 'counted' }, { kind: 'counted' }]);
  });

  it('emits nothing while too much waits to be counted', async () => {
    const stored = await world.storeBatch('a', '12:00', '18:03');
    world.insights.drain();
    world.late.drain();
    world.wait(120);
    const partitionKey = partitionKeyOf(customer(), windowStart());
    const others = Array.from({ length: 1_001 }, () => ({ partitionKey, data: Buffer.from('x') }));
    await world.insights.put(others);
    world.wait(10);
    const pastAll: EventStream = {
      ...world.insights,
      consumedThrough: async () => world.now,
      async backlogOf(customerId) {
        return { ...(await world.insights.backlogOf(customerId)), consumedThrough: world.now };
      },
    };
    const [verified] = await verify(
      [stored],
      {
        ...withAdmission(
          { store: world.store, streams: { insights: pastAll, late: world.late }, clock: world.clock },
          1_000,
        ),
        reEmissions: world.reEmissions,
      },
      verifyOptions,
    );
    expect(verified?.verdict).toMatchObject({
      kind: 'failed',
      error: expect.any(BudgetUsedUp) as Error,
      isOverdue: false,
    });
    expect(world.late.drain()).toEqual([]);
  });
});
