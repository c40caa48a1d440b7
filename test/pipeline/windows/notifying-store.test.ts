import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { batchKey, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createNotifyingStore } from '../../../lib/pipeline/windows/notifying-store.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { batchIdOf, customer, instant, receivedRecord, windowPartial, windowStart } from '../../factories.ts';

const key = minuteKey(customer(), windowStart());
const clock = { now: () => instant('2025-12-28T18:04:00Z') };
const limits = { maxKeysPerDimension: 100, maxKeyTextBytes: 10_000 };

let notified: ObjectKey[];
let isDown: boolean;
let inner: InMemoryObjectStore;
let store: ObjectStore;
const notifier = {
  async notify(keys: readonly ObjectKey[]) {
    if (isDown) throw new Unavailable('no broker');
    notified.push(...keys);
  },
};

beforeEach(() => {
  notified = [];
  isDown = false;
  inner = new InMemoryObjectStore();
  store = createNotifyingStore(inner, notifier);
});

describe('a store that notifies', () => {
  it('sends a notification for each put and delete of a window, and for nothing else', async () => {
    const { etag } = await store.put(key, Buffer.from('a'), { ifNoneMatch: '*' });
    await store.put(batchKey(customer(), batchIdOf('k')), Buffer.from('a'), { ifNoneMatch: '*' });
    await store.delete(key, { ifMatch: etag });
    expect(notified).toEqual([key, key]);
  });

  it('sends none for a write that was refused', async () => {
    await expect(store.put(key, Buffer.from('a'), { ifMatch: 'another' })).rejects.toThrow(
      PreconditionFailed,
    );
    expect(notified).toEqual([]);
  });

  it('does not say that a window is written before its notification is sent', async () => {
    isDown = true;
    await expect(store.put(key, Buffer.from('a'), { ifNoneMatch: '*' })).rejects.toThrow(Unavailable);
    expect(await inner.get(key)).toBeDefined();
  });
});

describe('aggregate with a store that notifies', () => {
  const record = receivedRecord('1', windowPartial({ id: 1, counts: { requestsByPath: { '/': 1 } } }));
  const count = () => aggregate([record], { store, clock, notifier }, limits);

  it('notifies for a window that already holds everything, since its writer may have died before', async () => {
    isDown = true;
    expect((await count()).failed).toHaveLength(1);
    isDown = false;
    expect((await count()).failed).toEqual([]);
    expect(notified).toEqual([key]);
  });

  it('fails a record until that notification is sent', async () => {
    await count();
    isDown = true;
    expect((await count()).failed).toHaveLength(1);
  });
});
