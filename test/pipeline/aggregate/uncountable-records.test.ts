import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import { failedRecordKey, minuteKey } from '../../../lib/domain/keys.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { NewerFormat, Unavailable } from '../../../lib/errors.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { recordsOf, WatchedStore } from './watched-store.ts';

const clock = { now: () => instant('2025-12-28T18:04:00Z') };
const counts = { requestsByPath: { 'GET /': 2 }, requestsByUserAgent: { Chrome: 2 } };
const other = windowStart('2025-12-28T18:05:00Z');

describe('aggregate, with a partial that no program can add', () => {
  /** Throws a fault for each window that has it. */
  class FaultyStore extends InMemoryObjectStore {
    override async put(...args: Parameters<InMemoryObjectStore['put']>) {
      if (args[0].startsWith('aggregates/') && Buffer.from(args[1]).includes('/poison'))
        throw new TypeError('a fault');
      return super.put(...args);
    }
  }
  const poison = { requestsByPath: { 'GET /poison': 1 }, requestsByUserAgent: { Chrome: 1 } };
  const records = recordsOf([
    windowPartial({ id: 1, counts }),
    windowPartial({ id: 2, counts: poison }),
    windowPartial({ id: 3, counts }),
  ]);
  const requestsIn = async (store: InMemoryObjectStore) => {
    const object = await store.get(minuteKey(customer(), windowStart()));
    return object && decodeWindow(object.body).requests;
  };

  it('counts the other partials of its window, and fails only this record', async () => {
    const store = new FaultyStore();
    const { failed, kept } = await aggregate(records, { store, clock }, limits);
    expect(failed).toEqual([{ record: records[1], error: expect.any(TypeError) as Error }]);
    expect(kept).toEqual([]);
    expect(await requestsIn(store)).toBe(4);
  });

  it('keeps it as a failed record when it is not tried any more', async () => {
    const store = new FaultyStore();
    const asked: string[] = [];
    const isTriedEnough = ({ sequenceNumber }: { readonly sequenceNumber: string }) => {
      asked.push(sequenceNumber);
      return true;
    };
    const { failed, kept } = await aggregate(records, { store, clock }, { ...limits, isTriedEnough });
    expect({ failed, kept, asked }).toMatchObject({
      failed: [],
      kept: [{ record: records[1] }],
      asked: ['2'],
    });
    const object = await store.get(failedRecordKey('insights', 'shardId-000000000000', '2'));
    expect(decodeFailedRecord(object?.body ?? expect.fail('not kept'))).toMatchObject({ cause: 'a fault' });
  });

  it('keeps no record because the store is away', async () => {
    const store = new WatchedStore();
    store.failing = () => new Unavailable('away');
    const { failed } = await aggregate(records, { store, clock }, { ...limits, isTriedEnough: () => true });
    expect(failed).toHaveLength(3);
  });
});

describe('aggregate, beside a newer version', () => {
  it('fails a record of that version without keeping it as a failed record, and counts those around it', async () => {
    const store = new WatchedStore();
    const newer = receivedRecord('7', Buffer.from('{"formatVersion":99}'));
    const records = [...recordsOf([windowPartial({ id: 1, counts })]), newer];
    const { failed, kept } = await aggregate(records, { store, clock }, limits);
    expect(failed).toEqual([{ record: newer, error: expect.any(NewerFormat) as Error }]);
    expect(kept).toEqual([]);
    expect(store.calls.filter((call) => call.includes('failed/'))).toEqual([]);
    expect(await store.window()).toMatchObject({ requests: 2 });
  });

  it('fails the records of a window of that version, and leaves the window unchanged', async () => {
    const store = new WatchedStore();
    const key = minuteKey(customer(), windowStart());
    const newer = Buffer.from('{"formatVersion":99,\n"partialIds":""}\n');
    await store.put(key, newer, { ifNoneMatch: '*' });
    const [first, second] = recordsOf([
      windowPartial({ id: 1, counts }),
      windowPartial({ id: 2, counts, windowStart: other }),
    ]);
    const records = [first ?? expect.fail(), second ?? expect.fail()];
    const { failed, kept } = await aggregate(records, { store, clock }, limits);
    expect({ failed, kept }).toMatchObject({ failed: [{ record: first }], kept: [] });
    expect((await store.get(key))?.body).toEqual(newer);
    expect(await store.window(other)).toMatchObject({ requests: 2 });
  });
});
