import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../../lib/domain/batch-format.ts';
import { tombstoneKey, windowPrefix } from '../../../lib/domain/keys.ts';
import { decodeWholeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { decodeTombstone } from '../../../lib/domain/tombstone.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import type { ObjectStore, StoredObject } from '../../../lib/ports/object-store.ts';
import { customer } from '../../factories.ts';
import { World, type SentBatch, type Weakened } from './world.ts';
import { propertyRuns } from '../../property-runs.ts';

/**
 * A customer is forgotten while its batches are stored, counted, verified and rolled up; a scheduler picks the order
 * of their reads and writes.
 */

const batches = (keys: readonly string[]) =>
  fc.array(
    fc.record({
      key: fc.constantFrom(...keys),
      minutes: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 2 }),
      // One clock is two hours behind, one is right, and one is ahead by a little.
      skewMilliseconds: fc.constantFrom(-7_200_000, 0, 3_000),
    }),
    { minLength: 1, maxLength: 3 },
  );

const keepAll: Weakened = (shared) => shared;

function isExact(weakened: Weakened = keepAll) {
  // A key may be used again, with other entries, once its batch is forgotten.
  const before = batches(['a', 'b']);
  const during = batches(['c', 'd', 'e']);
  const after = batches(['a', 'c', 'f']);
  const crashes = fc.array(fc.nat({ max: 8 }), { maxLength: 6 });
  return fc.asyncProperty(
    fc.scheduler(),
    before,
    during,
    after,
    crashes,
    async (scheduler, itsBefore, itsDuring, itsAfter, crashesAt) => {
      const world = new World(scheduler, crashesAt, weakened);
      const accepted = await scheduler.waitFor(sendAll(world, itsBefore, itsDuring, itsAfter));
      await requireExact(world, accepted);
    },
  );
}

interface Accepted {
  readonly beforeIt: readonly SentBatch[];
  readonly afterIt: readonly SentBatch[];
}

async function sendAll(
  world: World,
  before: readonly SentBatch[],
  during: readonly SentBatch[],
  after: readonly SentBatch[],
): Promise<Accepted> {
  const beforeIt = await sendEach(world, before);
  const sending = Promise.all(during.map((batch) => sendEach(world, [batch])));
  await world.forget();
  const afterIt = await sendEach(world, after);
  await sending;
  await world.settle();
  return { beforeIt, afterIt };
}

/** @returns the accepted ones: a key that is used again with other entries is refused */
async function sendEach(world: World, sent: readonly SentBatch[]): Promise<SentBatch[]> {
  const accepted: SentBatch[] = [];
  for (const batch of sent) {
    try {
      await world.send(batch);
      accepted.push(batch);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'IdempotencyKeyReused')) throw error;
    }
  }
  return accepted;
}

async function requireExact({ store }: World, { beforeIt, afterIt }: Accepted): Promise<void> {
  const objects = new Map<string, StoredObject>();
  for await (const key of store.list(''))
    objects.set(key, (await store.get(key)) ?? expect.fail('it is gone'));
  const under = (prefix: string) =>
    [...objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);

  const { before, completedAt } = decodeTombstone(
    objects.get(tombstoneKey(customer()))?.body ?? expect.fail('there is no tombstone'),
  );
  expect(completedAt).toBeDefined();
  const stored = under('batches/').map(({ body }) => decodeBatch(body).batch);
  for (const { storedAt } of stored) expect(storedAt.getTime()).toBeGreaterThan(before.getTime());

  const keys = new Set(stored.map(({ id }) => id.text));
  for (const { key } of afterIt) expect(keys).toContain(key);
  const sentAgain = new Set(afterIt.map(({ key }) => key));
  for (const { key } of beforeIt) if (!sentAgain.has(key)) expect(keys).not.toContain(key);

  const expected = stored.reduce((sum, { entries }) => sum + entries, 0);
  const minutes = under(windowPrefix(customer(), 'minute')).map(({ body }) => decodeWindow(body));
  const sumOf = (windows: readonly { readonly requests: number }[]) =>
    windows.reduce((sum, { requests }) => sum + requests, 0);
  expect(sumOf(minutes)).toBe(expected);
  for (const { forgottenBefore } of minutes) expect(forgottenBefore).toEqual(before);
  for (const { counts } of minutes) {
    for (const path of counts.requestsByPath.keys()) expect(keys).toContain(path.replace('GET /', ''));
  }
  for (const size of ['hour', 'day'] as const) {
    const windows = under(windowPrefix(customer(), size)).map(({ body }) => decodeWholeRolledUp(body));
    expect(sumOf(windows)).toBe(expected);
    expect(windows.length).toBe(expected === 0 ? 0 : 1);
  }
}

const blindAggregate: Weakened = (shared, actor) => {
  if (actor !== 'aggregate') return shared;
  const get: ObjectStore['get'] = async (key, options) =>
    key === tombstoneKey(customer()) ? undefined : shared.get(key, options);
  return { ...shared, get };
};

describe('a customer that is forgotten beside a running pipeline', () => {
  it('leaves nothing of before, and loses nothing that is sent later', async () => {
    const run = fc.assert(isExact(), { numRuns: propertyRuns(150) });
    await expect(run).resolves.toBeUndefined();
  });

  // removed-protections.test.ts removes the other protections one by one.
  it('needs that aggregate looks at the tombstone', async () => {
    const { failed, errorInstance } = await fc.check(isExact(blindAggregate), {
      seed: 7,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain('AssertionError');
  });
});
