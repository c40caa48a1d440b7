import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { minuteKey, tombstonesPrefix, windowKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import type { ObjectStore, PutCondition } from '../../../lib/ports/object-store.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { propertyRuns } from '../../property-runs.ts';

/**
 * Several processes write and roll up minutes at once; a scheduler picks the order of their reads and writes. Each
 * protection is shown to be needed: without it, there is an order that leaves a wrong sum.
 */

const clock = { now: () => instant('2025-12-28T20:00:00Z') };
const options = { limits, maxSeconds: 60 };
const minutes = ['18:03', '18:04', '19:00'].map((time) => windowStart(`2025-12-28T${time}:00Z`));
const hours = ['18', '19'].map((hour) =>
  windowKey(customer(), 'hour', windowStart(`2025-12-28T${hour}:00:00Z`)),
);
const day = windowKey(customer(), 'day', windowStart('2025-12-28T00:00:00Z'));

/** Lets any other process act between two operations, except at a look at a tombstone: there is none here. */
function takingTurns(inner: ObjectStore, scheduler: fc.Scheduler): ObjectStore {
  const turn = () => scheduler.schedule(Promise.resolve());
  return {
    get: (...args) => (isTombstone(args[0]) ? inner.get(...args) : turn().then(() => inner.get(...args))),
    put: (...args) => turn().then(() => inner.put(...args)),
    list: (...args) => inner.list(...args),
    delete: (...args) => inner.delete(...args),
  };
}

const isTombstone = (key: ObjectKey) => key.startsWith(tombstonesPrefix);

async function putWhateverIsThere(inner: ObjectStore, key: ObjectKey, body: Uint8Array) {
  const current = await inner.get(key);
  return inner.put(key, body, current ? { ifMatch: current.etag } : { ifNoneMatch: '*' });
}

/** Creates a roll-up that writes without a condition. */
function unconditional(shared: ObjectStore, raw: ObjectStore): ObjectStore {
  return { ...shared, put: (key, body) => shared.get(key).then(() => putWhateverIsThere(raw, key, body)) };
}

/** Creates a roll-up that reads a window's etag after it has read the window's parts. */
function readingWindowLast(shared: ObjectStore): ObjectStore {
  let lastSeen = new Map<ObjectKey, PutCondition>();
  return {
    ...shared,
    async get(key, reading) {
      const object = await shared.get(key, reading);
      if (isTombstone(key)) return object;
      lastSeen = new Map();
      for (const window of [...hours, day]) {
        const current = await shared.get(window);
        lastSeen.set(window, current ? { ifMatch: current.etag } : { ifNoneMatch: '*' });
      }
      return object;
    },
    put: (key, body, condition) => shared.put(key, body, lastSeen.get(key) ?? condition),
  };
}

type Weakened = (shared: ObjectStore, raw: ObjectStore) => ObjectStore;

/** Writes these minutes, each followed by its own roll-up, all at once; and then checks the sums. */
function sumsAreRight(weakened: Weakened = (shared) => shared) {
  const writes = fc.array(fc.nat({ max: minutes.length - 1 }), { minLength: 2, maxLength: 5 });
  return fc.asyncProperty(fc.scheduler(), writes, async (scheduler, written) => {
    const store = new InMemoryObjectStore();
    const shared = takingTurns(store, scheduler);
    const writing = written.map(async (place, id) => {
      const start = minutes[place] ?? expect.fail('no such minute');
      const partial = windowPartial({ id, windowStart: start, counts: { requestsByPath: { 'GET /': 1 } } });
      await aggregate([receivedRecord(String(id), partial)], { store: shared, clock }, limits);
      const notification = { messageId: String(id), key: minuteKey(customer(), start) };
      const rolledUp = await rollUp([notification], { store: weakened(shared, store), clock }, options);
      for (const { outcome } of rolledUp) if (outcome.kind === 'failed') throw outcome.error;
    });
    await scheduler.waitFor(Promise.all(writing));

    const requestsAt = async (key: ObjectKey) => {
      const object = await store.get(key);
      return (object && decodeRolledUp(object.body)?.requests) ?? 0;
    };
    expect(await requestsAt(hours[0] ?? day)).toBe(written.filter((place) => place < 2).length);
    expect(await requestsAt(hours[1] ?? day)).toBe(written.filter((place) => place === 2).length);
    expect(await requestsAt(day)).toBe(written.length);
  });
}

describe('hours and days that several roll up at once', () => {
  it('are right when all is done, in whatever order they read and write', async () => {
    const run = fc.assert(sumsAreRight(), { numRuns: propertyRuns(200) });
    await expect(run).resolves.toBeUndefined();
  });

  it.each<[string, Weakened]>([
    ['the conditional write', unconditional],
    ['that a window is read before its parts', readingWindowLast],
  ])('need %s', async (_protection, weakened) => {
    const { failed, errorInstance } = await fc.check(sumsAreRight(weakened), { numRuns: 1_000, seed: 7 });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain('AssertionError');
  });
});
