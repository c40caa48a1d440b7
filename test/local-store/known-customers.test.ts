import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { customerSegmentOf, minuteKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { KnownCustomers } from '../../local-store/known-customers.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { customer, windowStart } from '../factories.ts';

let root: string;
let objects: ObjectStore & { close(): Promise<void> };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  objects = await openObjectDirectory(root);
});
afterEach(async () => {
  await objects.close();
  await rm(root, { recursive: true, force: true });
});

const keyOf = (name: string, minute = 0) =>
  minuteKey(customer(name), windowStart(`2025-12-28T18:0${minute}:00Z`));
const create = (key: ObjectKey, store: ObjectStore) =>
  store.put(key, Buffer.from('{}'), { ifNoneMatch: '*' });
async function listed(customers: KnownCustomers, after?: string): Promise<string[]> {
  const segments: string[] = [];
  for await (const segment of customers.behind(after)) segments.push(segment);
  return segments;
}

describe('the customers of an object directory', () => {
  it('are those that have minutes already when it is opened, and not those of whom a crash has left a directory alone', async () => {
    for (const name of ['cus-a', 'cus-c']) await create(keyOf(name), objects);
    await mkdir(join(root, 'aggregates/minute/cus-b/2025/12'), { recursive: true });
    expect(await listed(new KnownCustomers(root, objects))).toEqual(['cus-a', 'cus-c']);
  });

  it('are listed without a look at the directory, once they are known', async () => {
    const looks: string[] = [];
    const watched: ObjectStore = {
      get: (key, options) => objects.get(key, options),
      put: (key, body, condition) => objects.put(key, body, condition),
      delete: (key, condition) => objects.delete(key, condition),
      list(prefix, options) {
        looks.push(prefix);
        return objects.list(prefix, options);
      },
    };
    await create(keyOf('cus-a'), objects);
    const customers = new KnownCustomers(root, watched);
    const store = customers.observed(watched);
    await listed(customers);
    await create(keyOf('cus-b'), store);
    await create(keyOf('cus-b', 1), store);
    looks.length = 0;
    expect(await listed(customers)).toEqual(['cus-a', 'cus-b']);
    expect(looks).toEqual([]);
  });

  it('are those that have minutes, whatever was written, removed and listed at the same time', async () => {
    const step = fc.record({
      kind: fc.constantFrom('create', 'create', 'remove', 'list', 'wait'),
      name: fc.constantFrom('cus-a', 'cus-b', 'X'.repeat(128)),
      minute: fc.nat(1),
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 20 }), async (scheduler, steps) => {
        const own = new InMemoryObjectStore();
        const slow = slowed(own, scheduler);
        const customers = new KnownCustomers(join(root, 'nothing-at-first'), slow);
        const store = customers.observed(slow);
        const underWay: Promise<unknown>[] = [];
        for (const { kind, name, minute } of steps) {
          const key = keyOf(name, minute);
          // One of several creations at a time fails, as in the pipeline.
          if (kind === 'create') underWay.push(create(key, store).catch(() => {}));
          if (kind === 'remove') underWay.push(store.delete(key));
          if (kind === 'list') underWay.push(listed(customers));
          if (kind === 'wait') await scheduler.waitFor(Promise.all(underWay.splice(0)));
        }
        await scheduler.waitFor(Promise.all(underWay));
        const expected = new Set<string>();
        for await (const key of own.list('aggregates/minute/')) expected.add(customerSegmentOf(key));
        expect(await scheduler.waitFor(listed(customers))).toEqual([...expected].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('keep one whose minute is written while the directory, where it was not yet, is looked at', async () => {
    const own = new InMemoryObjectStore();
    let whileLooking = async () => {};
    const slow: ObjectStore = {
      get: (key, options) => own.get(key, options),
      put: (key, body, condition) => own.put(key, body, condition),
      delete: (key, condition) => own.delete(key, condition),
      async *list(prefix, options) {
        const found: ObjectKey[] = [];
        for await (const key of own.list(prefix, options)) found.push(key);
        await whileLooking();
        yield* found;
      },
    };
    const customers = new KnownCustomers(root, slow);
    const store = customers.observed(slow);
    await create(keyOf('cus-a'), store);
    await listed(customers);
    await store.delete(keyOf('cus-a'));
    whileLooking = async () => void (await create(keyOf('cus-a'), store));
    await listed(customers);
    whileLooking = async () => {};
    expect(await listed(customers)).toEqual(['cus-a']);
  });

  it('cannot be listed where the directory is gone, and are listed again when it is back', async () => {
    await create(keyOf('cus-a'), objects);
    const elsewhere = join(root, 'elsewhere');
    const lost = new KnownCustomers(elsewhere, await openedAndLost(elsewhere));
    await expect(listed(lost)).rejects.toThrow(Unavailable);
    await expect(listed(lost)).rejects.toThrow(Unavailable);
    const again = await openObjectDirectory(elsewhere);
    await create(keyOf('cus-b'), again);
    await again.close();
    expect(await listed(lost)).toEqual(['cus-b']);
  });
});

async function openedAndLost(directory: string): Promise<ObjectStore> {
  const opened = await openObjectDirectory(directory);
  await opened.close();
  await rm(directory, { recursive: true });
  return opened;
}

/** A store whose calls take effect, and return, when the scheduler says so. */
function slowed(store: ObjectStore, scheduler: fc.Scheduler): ObjectStore {
  const later = async <T>(work: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve());
    try {
      return await work();
    } finally {
      await scheduler.schedule(Promise.resolve());
    }
  };
  return {
    get: (key, options) => later(() => store.get(key, options)),
    put: (key, body, condition) => later(() => store.put(key, body, condition)),
    delete: (key, condition) => later(() => store.delete(key, condition)),
    async *list(prefix, options) {
      const keys = await later(async () => {
        const found: ObjectKey[] = [];
        for await (const key of store.list(prefix, options)) found.push(key);
        return found;
      });
      yield* keys;
    },
  };
}
