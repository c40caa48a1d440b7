import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../../lib/domain/failed-record.ts';
import { failedRecordKey } from '../../../lib/domain/keys.ts';
import {
  createFailedRecords,
  type FailedRecords,
} from '../../../lib/pipeline/failed-records/failed-records.ts';
import { customer, instant } from '../../factories.ts';

class CountingStore extends InMemoryObjectStore {
  reads = 0;
  lists = 0;
  duringList = async () => {};

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    this.reads += 1;
    return super.get(...args);
  }

  override async *list(...args: Parameters<InMemoryObjectStore['list']>) {
    this.lists += 1;
    yield* super.list(...args);
    await this.duringList();
  }
}

let store: CountingStore;
let version: number;
let failedRecords: FailedRecords;

beforeEach(() => {
  store = new CountingStore();
  version = 0;
  failedRecords = createFailedRecords({ store, version: () => version });
});

async function keep(sequence: number, customerId = 'cus-axon'): Promise<void> {
  const place = { stream: 'insights', partition: 'shard', sequenceNumber: String(sequence) };
  const body = encodeFailedRecord({
    ...place,
    partitionKey: `${customerId}/2025-12-28T18:03:00Z`,
    data: Buffer.from('x'),
    cause: 'it is damaged',
    failedAt: instant('2025-12-28T18:04:00Z'),
  });
  const key = failedRecordKey(place.stream, place.partition, place.sequenceNumber);
  await store.put(key, body, { ifNoneMatch: '*' });
  version += 1;
}

describe('failed records', () => {
  it('of an announced batch belong to the customer in its key', async () => {
    const body = encodeFailedRecord({
      stream: 'batches',
      partition: '0',
      sequenceNumber: '7',
      partitionKey: 'batches/cus-axon/k-a',
      data: Buffer.from('{}'),
      cause: 'it is damaged',
      failedAt: instant('2025-12-28T18:04:00Z'),
    });
    await store.put(failedRecordKey('batches', '0', '7'), body, { ifNoneMatch: '*' });
    expect(await failedRecords.mayHave(customer())).toBe(true);
    expect(await failedRecords.mayHave(customer('cus-other'))).toBe(false);
  });

  it('are distinguished from others by their content, and not by their places', async () => {
    await keep(0);
    const record = { partitionKey: 'cus-axon/2025-12-28T18:03:00Z', data: Buffer.from('x') };
    const isKept = await failedRecords.kept();
    expect(isKept(record)).toBe(true);
    expect(isKept({ ...record, data: Buffer.from('y') })).toBe(false);
    expect(isKept({ ...record, partitionKey: 'cus-axon/2025-12-28T18:04:00Z' })).toBe(false);
  });

  it('are no longer kept once they are removed', async () => {
    await keep(0);
    await store.delete(failedRecordKey('insights', 'shard', '0'));
    version += 1;
    const isKept = await failedRecords.kept();
    expect(isKept({ partitionKey: 'cus-axon/2025-12-28T18:03:00Z', data: Buffer.from('x') })).toBe(false);
  });

  it('are listed again only where there may be others, and each is read once', async () => {
    for (let sequence = 0; sequence < 5; sequence += 1) await keep(sequence);
    expect(await failedRecords.mayHave(customer())).toBe(true);
    expect(await failedRecords.mayHave(customer('cus-other'))).toBe(false);
    expect([store.lists, store.reads]).toEqual([2, 5]);
    await keep(5, 'cus-other');
    expect(await failedRecords.mayHave(customer('cus-other'))).toBe(true);
    expect([store.lists, store.reads]).toEqual([4, 6]);
  });

  it('that are kept while others are listed are found by whoever asks then', async () => {
    let isListed = () => {};
    const listed = new Promise<void>((resolve) => (isListed = resolve));
    let goOn = () => {};
    store.duringList = () => {
      isListed();
      return new Promise((resolve) => (goOn = resolve));
    };
    const before = failedRecords.mayHave(customer()); // begun before the record is kept
    await listed;
    store.duringList = async () => {};
    await keep(0);
    const after = failedRecords.mayHave(customer());
    goOn();
    await before;
    expect(await after).toBe(true);
  });

  it('may be anybody’s while more of them are new than one question reads', async () => {
    for (let sequence = 0; sequence < 450; sequence += 1) await keep(sequence);
    const answers: boolean[] = [];
    for (let asked = 0; asked < 3; asked += 1)
      answers.push(await failedRecords.mayHave(customer('cus-other')));
    expect(answers).toEqual([true, true, false]);
    expect(store.reads).toBe(450);
    expect(await failedRecords.mayHave(customer())).toBe(true);
  });

  it('are found anew after a listing that failed', async () => {
    await keep(0);
    store.duringList = () => Promise.reject(new Error('not now'));
    await expect(failedRecords.mayHave(customer())).rejects.toThrow('not now');
    store.duringList = async () => {};
    expect(await failedRecords.mayHave(customer())).toBe(true);
  });
});
