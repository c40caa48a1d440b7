import { expect, it } from 'vitest';
import { windowPrefix, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { customer } from '../../factories.ts';
import { RecountWorld } from './recount-world.ts';

class Crash extends Error {}

/** Wraps a store so that the process dies before or after one of its operations, or never. */
function dyingAt(store: ObjectStore, at: { readonly operation: number; readonly phase: 'before' | 'after' }) {
  let operations = 0;
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    operations += 1;
    const dies = operations === at.operation;
    if (dies && at.phase === 'before') throw new Crash();
    const result = await act();
    if (dies) throw new Crash();
    return result;
  };
  const dying: ObjectStore = {
    get: (...args) => step(() => store.get(...args)),
    put: (...args) => step(() => store.put(...args)),
    delete: (...args) => step(() => store.delete(...args)),
    async *list(...args) {
      await step(async () => {});
      yield* store.list(...args);
    },
  };
  return { store: dying, operations: () => operations };
}

const entries = ['first', 'second', 'third'] as const;

/** Three windows with a batch of former rules each, and one of the current rules. */
async function someWindows(world: RecountWorld): Promise<void> {
  world.reset();
  for (const [minute, key] of entries.entries())
    await world.countFormerAt(`2025-12-28T18:0${minute}:07Z`, key);
  await world.storeAndCount('present');
}

async function windowsIn({ store }: RecountWorld) {
  const windows: object[] = [];
  for await (const key of store.list(windowPrefix(customer(), 'minute'))) {
    const { revision: _revision, updatedAt: _updatedAt, ...window } = decodeWindow(await bodyOf(key, store));
    windows.push(window);
  }
  return windows;
}

async function bodyOf(key: ObjectKey, store: ObjectStore): Promise<Buffer> {
  const object = await store.get(key);
  return object?.body ?? expect.fail('there is no window');
}

it.each(['before', 'after'] as const)(
  'a recount that dies %s any of its operations is continued by another one, with the same result',
  async (phase) => {
    const world = new RecountWorld();
    await someWindows(world);
    const whole = dyingAt(world.store, { operation: 0, phase });
    await world.recount({ store: whole.store });
    const expected = await windowsIn(world);
    expect(expected).toHaveLength(4);
    expect(whole.operations()).toBeGreaterThan(20);

    for (let operation = 1; operation <= whole.operations(); operation += 1) {
      await someWindows(world);
      const { store } = dyingAt(world.store, { operation, phase });
      await expect(world.recount({ store })).rejects.toThrow(Crash);
      expect((await world.findings()).found, `after a death ${phase} operation ${operation}`).toEqual([]);
      await world.recount();
      expect(await windowsIn(world), `after a death ${phase} operation ${operation}`).toEqual(expected);
      expect(world.left).toEqual([]);
    }
  },
);
