import { beforeEach, describe, expect, it } from 'vitest';
import { encodeTombstone } from '../../../lib/domain/tombstone.ts';
import { PreconditionFailed } from '../../../lib/errors.ts';
import type { ObjectStore, StoredObject } from '../../../lib/ports/object-store.ts';
import type { Outbox } from '../../../lib/ports/outbox.ts';
import { customer } from '../../factories.ts';
import { day, ForgetWorld, hour, index, keyOf, minute, tombstone } from './forget-world.ts';

let world: ForgetWorld;

beforeEach(() => {
  world = new ForgetWorld();
});

/** Creates a view of the store in which an invocation sees a tombstone only as it was at its first operation. */
function lookingOnce(): ObjectStore {
  let first: Promise<StoredObject | undefined> | undefined;
  return viewOf({
    async get(key, options) {
      first ??= world.store.get(tombstone);
      const seen = await first;
      return key === tombstone ? seen : world.store.get(key, options);
    },
  });
}

const blind = () =>
  viewOf({ get: async (key, options) => (key === tombstone ? undefined : world.store.get(key, options)) });
const removingWhateverIsThere = () => viewOf({ delete: (key) => world.store.delete(key) });
const dyingBehindDeletionOf = (deleted: string) =>
  viewOf({
    async delete(key, condition) {
      await world.store.delete(key, condition).catch((error) => {
        if (!(error instanceof PreconditionFailed)) throw error;
      });
      if (key === deleted) throw new Error('killed');
    },
  });
const announcingNothing = () =>
  viewOf({
    put: async (key, body, condition) =>
      key.startsWith('batches/') ? { etag: '' } : world.store.put(key, body, condition),
  });

const emittingNothing: Outbox = { announce: async () => undefined, emit: async () => {} };

function viewOf(changed: Partial<ObjectStore>): ObjectStore {
  return {
    get: (...args) => world.store.get(...args),
    put: (...args) => world.store.put(...args),
    list: (...args) => world.store.list(...args),
    delete: (...args) => world.store.delete(...args),
    ...changed,
  };
}

/** Without each of these, removed around the code, old data survives or new data is lost. */
describe('the protections', () => {
  it.each([
    ['keeps a window that was begun meanwhile from surviving', undefined, undefined],
    ['is needed: without a look after the write it survives', lookingOnce, 1],
  ])('the look of aggregate %s', async (_, weakened, expected) => {
    await world.send('a');
    world.store.before.set(`put ${minute}`, () => world.forget());
    await world.count(world.emitted(), weakened?.());
    expect(await world.requests()).toBe(expected);
  });

  it.each([
    ['keeps an hour that was being written from surviving', undefined, 0],
    ['is needed: without a look after the write it survives', lookingOnce, 1],
  ])('the look of roll-up %s', async (_, weakened, expected) => {
    await world.sendAndCount('a');
    world.store.before.set(`put ${hour}`, () => world.forget());
    await world.rollUpAll(weakened?.());
    expect((await world.keys()).filter((key) => key === hour)).toHaveLength(expected);
  });

  it('remove with the next roll-up what a slow aggregate wrote that has died since', async () => {
    await world.send('a');
    world.store.before.set(`put ${minute}`, () => world.forget());
    await world.count(world.emitted(), lookingOnce());
    await world.rollUpAll();
    expect(await world.keys()).toEqual([tombstone]);
  });

  it.each([
    ['hour', hour, 'keeps it', undefined, 1],
    ['hour', hour, 'is needed: without it a removal takes it', blind, 0],
    ['day', day, 'keeps it', undefined, 1],
    ['day', day, 'is needed: without it a removal takes it', blind, 0],
    ['entry of the index', index, 'keeps it', undefined, 1],
    ['entry of the index', index, 'is needed: without it a removal takes it', blind, 0],
  ])('the new write of an unchanged %s (%s) %s', async (_, key, __, weakened, expected) => {
    await world.sendAndCount('old');
    await world.rollUpAll();
    world.store.before.set(`delete ${key}`, async () => {
      await world.sendAndCount('new');
      await world.rollUpAll(weakened?.());
    });
    await expect(world.forget(dyingBehindDeletionOf(key))).rejects.toThrow('killed');
    expect((await world.keys()).filter((each) => each === key)).toHaveLength(expected);
  });

  it.each([
    ['keeps a batch whose clock is two hours behind from being dropped', undefined, 1],
    ['is needed: without it the batch is accepted and never counted', blind, undefined],
  ])('the look of ingest %s', async (_, weakened, expected) => {
    await world.sendAndCount('old');
    await world.forget();
    await world.send('new', { skewSeconds: -7_200, through: weakened?.() ?? world.store });
    await world.count();
    expect(await world.requests()).toBe(expected);
  });

  it.each([
    ['keeps a batch that took the place of an old one', undefined, 1],
    ['is needed: without it that batch is lost', removingWhateverIsThere, 0],
  ])('the condition of a removal %s', async (_, weakened, expected) => {
    await world.sendAndCount('a');
    world.store.before.set(`delete ${keyOf('a')}`, () => world.send('a', { path: '/another' }));
    await world.forget(weakened?.());
    expect((await world.keys()).filter((key) => key === keyOf('a'))).toHaveLength(expected);
  });

  it.each([
    ['keeps a minute that was begun anew', undefined, 1],
    ['is needed: without it that minute is removed', removingWhateverIsThere, undefined],
  ])('the condition of a removal %s', async (_, weakened, expected) => {
    await world.sendAndCount('a');
    world.store.before.set(`delete ${minute}`, () => world.sendAndCount('new'));
    await world.forget(weakened?.());
    expect(await world.requests()).toBe(expected);
  });

  it.each([
    ['has a batch emitted whose clock was ahead, and whose window is gone', true, 1],
    ['is needed: without it that batch is stored and not counted', false, undefined],
  ])('the emission before the tombstone is complete %s', async (_, isEmitting, expected) => {
    await world.sendAndCount('old');
    let whenComplete: number | undefined;
    world.store.before.set(`put ${tombstone}`, async () => {
      await world.sendAndCount('new', { skewSeconds: 3 });
      world.store.before.set(`put ${tombstone}`, async () => {
        await world.count(); // whatever is on the streams by then
        whenComplete = await world.requests();
      });
    });
    await world.forget(world.store, isEmitting ? {} : { outbox: emittingNothing });
    expect(whenComplete).toBe(expected);
  });

  it.each([
    ['has a new batch verified whose window is gone', undefined, 2],
    ['is needed: without it nobody looks whether that batch is counted', announcingNothing, 1],
  ])('the announcement of new batches %s', async (_, weakened, writes) => {
    await world.sendAndCount('old');
    world.store.before.set(`put ${tombstone}`, () => world.sendAndCount('new', { skewSeconds: 3 }));
    await world.forget(weakened?.());
    expect(world.store.written.filter((key) => key === keyOf('new'))).toHaveLength(writes);
  });

  it('removes a window that holds nothing but what is forgotten, once aggregate meets it', async () => {
    await world.sendAndCount('a');
    await world.send('b');
    const records = world.emitted();
    await world.store.put(
      tombstone,
      encodeTombstone({
        customerId: customer(),
        before: new Date(world.now.getTime() + 1_000),
        completedAt: undefined,
      }),
      { ifNoneMatch: '*' },
    );
    await world.count(records);
    expect(await world.requests()).toBeUndefined();
  });
});
