import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../../handlers/ingest.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import type { EpochMinute } from '../../../lib/domain/epoch-minute.ts';
import { windowStartOf } from '../../../lib/domain/window.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { findBatch } from '../../../lib/pipeline/query/find-batch.ts';
import { customer, minuteOf, sentEntry } from '../../factories.ts';
import { countAll, postLogs, testApp, type TestApp } from '../../handlers/app.ts';

const minutes = 1_000;
const first = minuteOf('2025-12-28T00:00:00Z');
const keyOf = (minute: number) => minuteKey(customer(), windowStartOf((first + minute) as EpochMinute));

let store: InMemoryObjectStore;
let testing: TestApp;
let windowsRead: ObjectKey[];

beforeEach(async () => {
  store = new InMemoryObjectStore();
  testing = testApp({ store, now: '2025-12-29T00:00:00Z' });
  const entries = Array.from({ length: minutes }, (_, minute) =>
    sentEntry({ receivedAt: new Date((first + minute) * 60_000).toISOString() }),
  );
  await ingestHandler(async () => testing.app)(postLogs(entries, { 'idempotency-key': 'k' }));
  windowsRead = [];
  const get = store.get.bind(store);
  store.get = (key, options) => {
    if (key.startsWith('aggregates/')) windowsRead.push(key);
    return get(key, options);
  };
});

const find = () => findBatch(customer(), 'k', store);

describe('findBatch', () => {
  it('says that a batch is counted when all of its windows hold it', async () => {
    await countAll(testing);
    windowsRead = [];
    expect(await find()).toMatchObject({ isCounted: true, header: { windows: minutes } });
    expect(new Set(windowsRead).size).toBe(minutes);
  });

  it('reads no more than some of many windows where the batch is not counted', async () => {
    expect(await find()).toMatchObject({ isCounted: false });
    expect(windowsRead.length).toBeLessThan(minutes / 4);
  });

  it.each([0, 500, minutes - 1])(
    'says that it is not counted where window %i alone lacks it',
    async (minute) => {
      await countAll(testing);
      await store.delete(keyOf(minute));
      expect(await find()).toMatchObject({ isCounted: false });
    },
  );

  it('fails where a window is damaged that may lack it', async () => {
    await countAll(testing);
    const object = (await store.get(keyOf(3))) ?? expect.fail('there is no window');
    await store.put(keyOf(3), object.body.subarray(0, 40), { ifMatch: object.etag });
    await expect(find()).rejects.toThrow(UnreadableFormat);
  });

  it('finds nothing of a batch that there is not', async () => {
    expect(await findBatch(customer(), 'other', store)).toBeUndefined();
  });
});
