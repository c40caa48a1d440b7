import { describe, expect, it } from 'vitest';
import { decodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import { failedRecordKey, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { Unavailable, UnreadableFormat } from '../../../lib/errors.ts';
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

describe('aggregate', () => {
  it('reads and writes each window once, however many partials it gets', async () => {
    const store = new WatchedStore();
    const partials = Array.from({ length: 100 }, (_, id) =>
      windowPartial({ id, counts, windowStart: id % 2 === 0 ? windowStart() : other }),
    );
    const { failed, windowsCreated, windowsUpdated } = await aggregate(
      recordsOf(partials),
      { store, clock },
      limits,
    );
    expect({ failed, windowsCreated, windowsUpdated }).toEqual({
      failed: [],
      windowsCreated: 2,
      windowsUpdated: 0,
    });
    expect(store.calls.toSorted()).toEqual([
      'get aggregates/minute/cus-axon/2025/12/28/18/03.json',
      'get aggregates/minute/cus-axon/2025/12/28/18/05.json',
      // Before each window, and once after all of them.
      'get forgotten/cus-axon',
      'get forgotten/cus-axon',
      'get forgotten/cus-axon',
      'put aggregates/minute/cus-axon/2025/12/28/18/03.json',
      'put aggregates/minute/cus-axon/2025/12/28/18/05.json',
    ]);
    expect(await store.window()).toMatchObject({ requests: 100, batches: 50, revision: 1 });
  });

  it('reads and writes no more windows at once than its limit', async () => {
    const store = new WatchedStore();
    const minutes = Array.from({ length: 20 }, (_, minute) =>
      windowStart(`2025-12-28T18:${String(10 + minute)}:00Z`),
    );
    const records = recordsOf(minutes.map((start, id) => windowPartial({ id, counts, windowStart: start })));
    const { windowsCreated } = await aggregate(records, { store, clock }, { ...limits, windowsAtOnce: 3 });
    expect({ windowsCreated, mostAtOnce: store.mostAtOnce }).toEqual({ windowsCreated: 20, mostAtOnce: 3 });
  });

  it.each([
    ['another minute', 'cus-axon/2025-12-28T18:05:00Z'],
    ['another customer', 'cus-other/2025-12-28T18:03:00Z'],
    ['nothing', 'a'],
  ])(
    'sets aside a record whose partition key names %s, and counts those around it',
    async (_, partitionKey) => {
      const store = new WatchedStore();
      const records = recordsOf([windowPartial({ id: 1, counts }), windowPartial({ id: 2, counts })]);
      const forged = { ...receivedRecord('3', windowPartial({ id: 3, counts })), partitionKey };
      const { failed, kept } = await aggregate([forged, ...records], { store, clock }, limits);
      expect({ failed, kept }).toMatchObject({ failed: [], kept: [{ record: forged }] });
      expect(await store.window()).toMatchObject({ requests: 4, batches: 2 });
      expect(await store.window(other)).toBeUndefined();
    },
  );

  it('writes nothing for partials that are counted', async () => {
    const store = new WatchedStore();
    const records = recordsOf([windowPartial({ id: 1, counts })]);
    await aggregate(records, { store, clock }, limits);
    expect(await aggregate(records, { store, clock }, limits)).toMatchObject({
      windowsCreated: 0,
      windowsUpdated: 0,
    });
    expect(await store.window()).toMatchObject({ requests: 2, revision: 1 });
  });

  it('loses nothing when several write one window at the same time', async () => {
    const store = new WatchedStore();
    const invocations = Array.from({ length: 30 }, (_, id) =>
      aggregate(recordsOf([windowPartial({ id, counts })]), { store, clock }, limits),
    );
    await Promise.all(invocations);
    expect(await store.window()).toMatchObject({ requests: 60, batches: 30, revision: 30 });
  });

  it('fails only the records of the window that could not be written', async () => {
    const store = new WatchedStore();
    store.failing = (call) =>
      call.startsWith('put') && call.includes('/03.json') ? new Unavailable('full') : undefined;
    const records = recordsOf([
      windowPartial({ id: 1, counts }),
      windowPartial({ id: 2, counts, windowStart: other }),
      windowPartial({ id: 3, counts }),
    ]);
    const { failed } = await aggregate(records, { store, clock }, limits);
    expect(failed.map(({ record }) => record.sequenceNumber)).toEqual(['1', '3']);
    expect(await store.window(other)).toMatchObject({ requests: 2 });

    store.failing = () => undefined;
    expect((await aggregate(records, { store, clock }, limits)).failed).toEqual([]);
    expect(await store.window()).toMatchObject({ requests: 4 });
    expect(await store.window(other)).toMatchObject({ requests: 2, revision: 1 });
  });

  it('keeps a failed record that it cannot read, with its cause and its data, and counts those around it', async () => {
    const store = new WatchedStore();
    const bad = receivedRecord('7', Buffer.from('{"formatVersion":1}'));
    const records = [...recordsOf([windowPartial({ id: 1, counts })]), bad];
    const { failed, kept } = await aggregate(records, { store, clock }, limits);
    expect(failed).toEqual([]);
    expect(kept).toEqual([{ record: bad, error: expect.any(UnreadableFormat) as Error }]);
    expect(await store.window()).toMatchObject({ requests: 2 });

    const object = await store.get(failedRecordKey('insights', 'shardId-000000000000', '7'));
    expect(decodeFailedRecord(object?.body ?? expect.fail('not kept'))).toEqual({
      ...bad,
      cause: expect.stringContaining('A stream record is damaged') as string,
      failedAt: clock.now(),
    });
    expect(await aggregate(records, { store, clock }, limits)).toMatchObject({
      failed: [],
      kept: [{ record: bad }],
    });
  });

  it.each([
    ['another record', Buffer.from('{"formatVersion":0}')],
    ['another record, damaged', undefined],
  ])('keeps a record at whose place is %s, from before sequence numbers began anew', async (_, earlier) => {
    const store = new WatchedStore();
    const place = failedRecordKey('insights', 'shardId-000000000000', '7');
    if (earlier === undefined) await store.put(place, Buffer.from('{'), { ifNoneMatch: '*' });
    else await aggregate([receivedRecord('7', earlier)], { store, clock }, limits);
    const before = await store.get(place);

    const records = [receivedRecord('7', Buffer.from('{"formatVersion":1}'))];
    for (const _delivery of ['first', 'again']) {
      expect(await aggregate(records, { store, clock }, limits)).toMatchObject({
        failed: [],
        kept: [{}],
      });
    }
    const others: ObjectKey[] = [];
    for await (const key of store.list('failed/')) if (key !== place) others.push(key);
    expect(await store.get(place)).toEqual(before);
    expect(others).toEqual([expect.stringContaining(`${place}-`)]);
    const [own = place] = others;
    const object = await store.get(own);
    expect(decodeFailedRecord(object?.body ?? expect.fail('not kept'))).toMatchObject({
      sequenceNumber: '7',
      data: Buffer.from('{"formatVersion":1}'),
    });
  });

  it('fails a record that it cannot read as long as it cannot keep it either', async () => {
    const store = new WatchedStore();
    store.failing = (call) => (call.startsWith('put failed/') ? new Unavailable('full') : undefined);
    const records = [receivedRecord('7', Buffer.from('{}'))];
    expect(await aggregate(records, { store, clock }, limits)).toMatchObject({
      failed: [{ error: expect.any(Unavailable) as Error }],
      kept: [],
    });
  });

  it('never writes over a window that it cannot read, and is not held up by it', async () => {
    const store = new WatchedStore();
    const key = minuteKey(customer(), windowStart());
    const damaged = Buffer.from('{"formatVersion":1,\n"partialIds":""}\n');
    await store.put(key, damaged, { ifNoneMatch: '*' });
    const records = recordsOf([
      windowPartial({ id: 1, counts }),
      windowPartial({ id: 2, counts, windowStart: other }),
    ]);
    const { failed, kept } = await aggregate(records, { store, clock }, limits);
    expect({ failed: failed.length, kept: kept.length }).toEqual({ failed: 0, kept: 1 });
    expect((await store.get(key))?.body).toEqual(damaged);
    expect(await store.window(other)).toMatchObject({ requests: 2 });
  });

  it('folds what is beyond the limit of keys', async () => {
    const store = new WatchedStore();
    const partial = windowPartial({
      id: 1,
      counts: { requestsByPath: { 'GET /a': 3, 'GET /b': 1, 'GET /c': 2 } },
    });
    await aggregate(recordsOf([partial]), { store, clock }, { ...limits, maxKeysPerDimension: 1 });
    expect((await store.window())?.counts.requestsByPath).toEqual(
      new Map([
        ['GET /a', 3],
        ['(other)', 3],
      ]),
    );
  });
});
