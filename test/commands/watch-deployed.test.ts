import { beforeEach, describe, expect, it } from 'vitest';
import type { PutAgain } from '../../commands/dead-letters/redrive.ts';
import { watchDeployed } from '../../commands/dead-letters/watch-deployed.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { failedRecordKey, horizonKeys, tombstoneKey, windowKey } from '../../lib/domain/keys.ts';
import { encodeRetention } from '../../lib/domain/retention-format.ts';
import { decodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { encodeTombstone } from '../../lib/domain/tombstone.ts';
import { Unavailable } from '../../lib/errors.ts';
import { aggregate, type ReceivedRecord } from '../../lib/pipeline/aggregate/aggregate.ts';
import {
  customer,
  foldingLimits as limits,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
} from '../factories.ts';

const counts = { requestsByPath: { 'GET /': 2 } };
const storedAt = instant('2025-12-28T18:03:30Z');
const record = receivedRecord('1', windowPartial({ id: 1, counts, storedAt }));
const other = receivedRecord('2', windowPartial({ id: 2, counts, storedAt }));
const clock = { now: () => instant('2025-12-28T18:10:00Z') };
const neverDecoded = receivedRecord('3', Buffer.from([0, 255]));

/** Calls back before every read of failed records. */
class WatchedStore extends InMemoryObjectStore {
  looks = 0;
  onLook: (look: number) => Promise<void> = async () => undefined;

  override async *list(...args: Parameters<InMemoryObjectStore['list']>) {
    if (args[0] === 'failed/') await this.onLook((this.looks += 1));
    yield* super.list(...args);
  }
}

describe('watching how a deployed pipeline counts what was put again', () => {
  let store: WatchedStore;

  beforeEach(() => {
    store = new WatchedStore();
  });

  const watch = (maxMilliseconds = 20) =>
    watchDeployed({ store, clock, limits, pauseMilliseconds: 1, maxMilliseconds });
  const letterOf = (...records: readonly ReceivedRecord[]): PutAgain => ({ records });
  const count = (...records: readonly ReceivedRecord[]) => aggregate(records, { store, clock }, limits);
  const unknown = { kind: 'unknown', why: 'counting is behind' };

  async function keep(sequenceNumber: string, { partitionKey, data }: ReceivedRecord) {
    const place = { stream: 'insights', partition: 'shardId-000000000001', sequenceNumber };
    const key = failedRecordKey(place.stream, place.partition, sequenceNumber);
    const failed = { ...place, partitionKey, data, cause: 'A fault', failedAt: clock.now() };
    await store.put(key, encodeFailedRecord(failed), { ifNoneMatch: '*' });
    return key;
  }

  it('waits until the window, its hour and its day have a record', async () => {
    const wait = await watch(60_000);
    store.onLook = async (look) => void (look === 4 && (await count(record)));
    expect(await wait([letterOf(record)])).toEqual([{ kind: 'counted' }]);
    expect(store.looks).toBeGreaterThanOrEqual(4);
    for (const [size, start] of [
      ['hour', '2025-12-28T18:00:00Z'],
      ['day', '2025-12-28T00:00:00Z'],
    ] as const) {
      const rolledUp = await store.get(windowKey(customer(), size, windowStart(start)));
      expect(rolledUp && decodeRolledUp(rolledUp.body)?.requests).toBe(2);
    }
  });

  it('does not call a dead letter counted while one of its records is not', async () => {
    const wait = await watch();
    await count(record);
    expect(await wait([letterOf(record, other), letterOf(record)])).toEqual([unknown, { kind: 'counted' }]);
  });

  it('does not take another part of the same minute for the record', async () => {
    const wait = await watch();
    await count(other);
    expect(await wait([letterOf(record)])).toEqual([unknown]);
  });

  it('finds the place of a record that failed again, and not that of one from before', async () => {
    const before = await keep('1', neverDecoded);
    const wait = await watch();
    expect(await wait([letterOf(neverDecoded)])).toEqual([unknown]);
    const place = await keep('2', neverDecoded);
    expect(place).not.toBe(before);
    expect(await wait([letterOf(neverDecoded)])).toEqual([{ kind: 'kept again', places: [place] }]);
  });

  it('leaves those who list failed records the time to see the new one before the old one goes', async () => {
    const wait = await watchDeployed({ store, clock, limits, pauseMilliseconds: 50, maxMilliseconds: 0 });
    await keep('2', neverDecoded);
    const begunAt = performance.now();
    await wait([letterOf(neverDecoded)]);
    expect(performance.now() - begunAt).toBeGreaterThan(45);
  });

  it('calls a record counted where the window has it, though a copy of it failed again', async () => {
    const wait = await watch();
    await count(record);
    await keep('2', record);
    expect(await wait([letterOf(record)])).toEqual([{ kind: 'counted' }]);
  });

  it('does not wait for what is forgotten or has expired', async () => {
    const forgotten = { customerId: customer(), before: storedAt, completedAt: storedAt };
    await store.put(tombstoneKey(customer()), encodeTombstone(forgotten), { ifNoneMatch: '*' });
    expect(await (await watch())([letterOf(record)])).toEqual([{ kind: 'counted' }]);

    store = new WatchedStore();
    const current = { horizon: windowStart('2025-12-29T00:00:00Z'), at: storedAt };
    await store.put(
      horizonKeys.windows,
      encodeRetention({ current, settled: undefined, announced: undefined }),
      { ifNoneMatch: '*' },
    );
    expect(await (await watch())([letterOf(record)])).toEqual([{ kind: 'counted' }]);
  });

  it('says why an hour cannot be recomputed, and does not call the record counted until it can', async () => {
    const wait = await watch();
    await count(record);
    const put = store.put.bind(store);
    store.put = async (...args) => {
      if (args[0].startsWith('aggregates/hour/')) throw new Unavailable('S3 is away.');
      return put(...args);
    };
    expect(await wait([letterOf(record)])).toMatchObject([
      { kind: 'unknown', why: expect.stringContaining('could not be recomputed: S3 is away.') as string },
    ]);
    store.put = put;
    expect(await wait([letterOf(record)])).toEqual([{ kind: 'counted' }]);
  });

  it('waits for a record whose window is damaged, until it is kept again', async () => {
    const wait = await watch();
    await count(other);
    const minute = windowKey(customer(), 'minute', windowStart());
    const object = await store.get(minute);
    await store.put(minute, Buffer.from('{'), { ifMatch: object?.etag ?? '' });
    expect(await wait([letterOf(record)])).toEqual([unknown]);
    const { kept } = await count({ ...record, sequenceNumber: '7' });
    expect(kept).toHaveLength(1);
    expect(await wait([letterOf(record)])).toMatchObject([{ kind: 'kept again' }]);
  });
});
