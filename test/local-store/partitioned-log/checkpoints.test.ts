import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import type { Consumer } from '../../../local-store/local-stream.ts';
import {
  aggregate,
  everything,
  numbered,
  numbers,
  openSingle,
  finishThrough,
  openLog,
  putAt,
  readAll,
  temporaryDirectory,
  texts,
} from '../temporary-log.ts';

describe('a checkpoint', () => {
  it('survives closing and opening again, and never goes back', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory);
    await before.stream.put(numbered(1, 5));
    await finishThrough(before.stream, 'aggregate', 0, 3);
    await finishThrough(before.stream, 'aggregate', 0, 2);
    await before.log.close();
    const { stream } = await openSingle(directory);
    expect(stream.position('aggregate', 0)).toBe(3);
    expect(await stream.backlog()).toEqual({ records: 2, oldestPutAt: putAt });
  });

  it('is refused for a record that was not taken, or a consumer that was not declared', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(numbered(1, 2));
    await expect(stream.finish('aggregate', 0, [1])).rejects.toThrow(/Record 1 was not taken/);
    await expect(stream.finish('stranger', 0, [1])).rejects.toThrow(/"stranger"/);
    expect(() => stream.position('stranger', 0)).toThrow(/"stranger"/);
  });

  it('deletes what all consumers have passed, and only that', async () => {
    const { stream } = await openSingle(await temporaryDirectory(), [
      aggregate,
      { name: 'audit', startingPosition: 'TRIM_HORIZON' },
    ]);
    await stream.put(numbered(1, 6));
    await finishThrough(stream, 'aggregate', 0, 5);
    expect(texts(readAll(stream, 0))).toEqual(numbers(1, 6));
    expect(await stream.backlog()).toEqual({ records: 6, oldestPutAt: putAt });
    await finishThrough(stream, 'audit', 0, 4);
    expect(texts(stream.read(0, 4, everything))).toEqual(['5', '6']);
    expect(stream.read(0, 0, everything).map(({ sequence }) => sequence)).toEqual([5, 6]);
    expect(await stream.backlog()).toEqual({ records: 2, oldestPutAt: putAt });
  });

  it('is not held back by a consumer of an earlier run', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory, [
      aggregate,
      { name: 'gone', startingPosition: 'TRIM_HORIZON' },
    ]);
    await before.stream.put(numbered(1, 4));
    await finishThrough(before.stream, 'aggregate', 0, 2);
    await before.log.close();
    const { stream } = await openSingle(directory);
    expect(await stream.backlog()).toEqual({ records: 2, oldestPutAt: putAt });
    await finishThrough(stream, 'aggregate', 0, 3);
    expect(texts(readAll(stream, 0))).toEqual(['4']);
  });

  it('on the last record empties the partition, and no number is ever given twice', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory);
    await before.stream.put(numbered(1, 3));
    await finishThrough(before.stream, 'aggregate', 0, 3);
    await before.log.close();
    const { stream } = await openSingle(directory, [{ name: 'another', startingPosition: 'TRIM_HORIZON' }]);
    await stream.put(numbered(4, 4));
    expect(stream.read(0, 0, everything).map(({ sequence }) => sequence)).toEqual([4]);
  });

  it('never leaves more behind than it deletes, even if there is much to delete', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory, [
      aggregate,
      { name: 'gone', startingPosition: 'TRIM_HORIZON' },
    ]);
    await before.stream.put(numbered(1, 30_000));
    await finishThrough(before.stream, 'aggregate', 0, 29_998);
    await before.log.close();
    const { log, stream } = await openSingle(directory);
    await finishThrough(stream, 'aggregate', 0, 29_999);
    expect(await stream.backlog()).toEqual({ records: 1, oldestPutAt: putAt });
    await finishThrough(stream, 'aggregate', 0, 30_000);
    expect(await stream.backlog()).toEqual({ records: 0, oldestPutAt: undefined });
    expect(stream.read(0, 0, everything)).toEqual([]);
    await log.close();
    const environment = open({ path: directory, overlappingSync: false });
    const left = environment.openDB({ name: 'records/insights', encoding: 'binary' }).getKeysCount();
    await environment.close();
    expect(left).toBe(0);
  });
});

describe('a consumer that was never there before', () => {
  it('begins with the oldest record that is kept (TRIM_HORIZON)', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory);
    await before.stream.put(numbered(1, 5));
    await finishThrough(before.stream, 'aggregate', 0, 2);
    await before.log.close();
    const { stream } = await openSingle(directory, [
      aggregate,
      { name: 'new', startingPosition: 'TRIM_HORIZON' },
    ]);
    expect(stream.position('new', 0)).toBe(2);
  });

  it('begins after what is there (LATEST), and remembers that', async () => {
    const directory = await temporaryDirectory();
    const latest: Consumer = { name: 'new', startingPosition: 'LATEST' };
    const before = await openSingle(directory);
    await before.stream.put(numbered(1, 5));
    await before.log.close();
    const first = await openSingle(directory, [aggregate, latest]);
    expect(first.stream.position('new', 0)).toBe(5);
    await first.stream.put(numbered(6, 7));
    await first.log.close();
    const second = await openSingle(directory, [aggregate, latest]);
    expect(second.stream.position('new', 0)).toBe(5);
  });
});

describe('a stream whose number of partitions was changed', () => {
  const keys = Array.from({ length: 60 }, (_, number) => `customer-${number}`);

  async function putWithEight(directory: string) {
    const log = await openLog(directory);
    const stream = await log.stream('insights', { partitionCount: 8, consumers: [aggregate] });
    await stream.put(keys.map((partitionKey) => ({ partitionKey, data: Buffer.from('old') })));
    await log.close();
  }

  it('still has the records of removed partitions until they are done', async () => {
    const directory = await temporaryDirectory();
    await putWithEight(directory);
    const log = await openLog(directory);
    const stream = await log.stream('insights', { partitionCount: 2, consumers: [aggregate] });
    expect(stream.partitions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await stream.put(keys.map((partitionKey) => ({ partitionKey, data: Buffer.from('new') })));
    expect((await stream.backlog()).records).toBe(120);
    for (const partition of stream.partitions()) {
      const records = readAll(stream, partition);
      expect(new Set(texts(records))).toEqual(new Set(partition < 2 ? ['old', 'new'] : ['old']));
      await finishThrough(stream, 'aggregate', partition, records.at(-1)?.sequence ?? 0);
    }
    await log.close();
    const after = await (
      await openLog(directory)
    ).stream('insights', { partitionCount: 2, consumers: [aggregate] });
    expect(after.partitions()).toEqual([0, 1]);
  });

  it('shows the records of new partitions to a consumer that began with LATEST', async () => {
    const directory = await temporaryDirectory();
    const consumers: Consumer[] = [{ name: 'late', startingPosition: 'LATEST' }];
    const before = await openLog(directory);
    await before.stream('insights', { partitionCount: 2, consumers });
    await before.close();
    const between = await openLog(directory);
    const stream = await between.stream('insights', { partitionCount: 8, consumers: [] });
    await stream.put(keys.map((partitionKey) => ({ partitionKey, data: Buffer.from('new') })));
    await between.close();
    const after = await (await openLog(directory)).stream('insights', { partitionCount: 8, consumers });
    expect((await after.backlog()).records).toBe(60);
    expect(after.partitions().map((partition) => after.position('late', partition))).toEqual(
      Array(8).fill(0),
    );
  });
});
