import { open } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import { maxRecordBytes } from '../../lib/ports/event-stream.ts';
import { partitionOf } from '../../local-store/partitioned-log/hash-key-range.ts';
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
} from './temporary-log.ts';

describe('the records of the partitioned log', () => {
  it('have the sequence numbers 1, 2, 3 … of their partition, in the order of the puts', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await Promise.all([stream.put(numbered(1, 2)), stream.put(numbered(3, 3)), stream.put(numbered(4, 6))]);
    expect(readAll(stream, 0).map(({ sequence, data }) => [sequence, data.toString()])).toEqual(
      numbers(1, 6).map((text) => [Number(text), text]),
    );
    expect(readAll(stream, 0)[0]).toEqual({
      partitionKey: 'key',
      data: Buffer.from('1'),
      sequence: 1,
      putAt,
    });
  });

  it('lie in the partitions that the hashes of their keys say', async () => {
    const log = await openLog(await temporaryDirectory());
    const stream = await log.stream('insights', { partitionCount: 8, consumers: [] });
    const keys = Array.from({ length: 100 }, (_, number) => `customer-${number}`);
    await stream.put(keys.map((partitionKey) => ({ partitionKey, data: Buffer.from('x') })));
    expect(stream.partitions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const partition of stream.partitions()) {
      const expected = keys.filter((key) => partitionOf(key, 8) === partition);
      expect(readAll(stream, partition).map(({ partitionKey }) => partitionKey)).toEqual(expected);
    }
  });

  it('are read within the limits, from any place', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(numbered(1, 9));
    expect(texts(stream.read(0, 3, { ...everything, maxRecords: 2 }))).toEqual(['4', '5']);
    expect(texts(stream.read(0, 3, { ...everything, maxBytes: 3 * 'key4'.length }))).toEqual(['4', '5', '6']);
    expect(texts(stream.read(0, 3, { ...everything, maxBytes: 3 * 'key4'.length - 1 }))).toEqual(['4', '5']);
    expect(stream.read(0, 9, everything)).toEqual([]);
  });

  it('are read at the largest size with room for just one', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put([{ partitionKey: 'a', data: Buffer.alloc(maxRecordBytes - 1, 7) }, ...numbered(2, 2)]);
    const read = stream.read(0, 0, { maxRecords: 2, maxBytes: maxRecordBytes });
    expect(read.map(({ data }) => data.length)).toEqual([maxRecordBytes - 1]);
  });

  it('are copies, which later writes do not change', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put([{ partitionKey: 'a', data: Buffer.alloc(100_000, 'a') }, ...numbered(2, 3)]);
    const read = stream.read(0, 0, everything);
    await finishThrough(stream, 'aggregate', 0, 3);
    for (let round = 0; round < 5; round += 1) {
      await stream.put([{ partitionKey: 'a', data: Buffer.alloc(100_000, 'z') }]);
    }
    expect(read[0]?.data.equals(Buffer.alloc(100_000, 'a'))).toBe(true);
    expect(texts(read).slice(1)).toEqual(['2', '3']);
  });

  it('survive closing and opening again, and the numbers go on', async () => {
    const directory = await temporaryDirectory();
    const before = await openSingle(directory);
    await before.stream.put(numbered(1, 3));
    await before.log.close();
    const { stream } = await openSingle(directory);
    await stream.put(numbered(4, 4));
    expect(readAll(stream, 0).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(texts(readAll(stream, 0))).toEqual(numbers(1, 4));
  });

  it('of one stream are not in another', async () => {
    const { log, stream } = await openSingle(await temporaryDirectory());
    const late = await log.stream('late', { partitionCount: 1, consumers: [aggregate] });
    await Promise.all([stream.put(numbered(1, 2)), late.put(numbered(11, 11))]);
    await finishThrough(stream, 'aggregate', 0, 2);
    expect(texts(readAll(late, 0))).toEqual(['11']);
    expect(late.position('aggregate', 0)).toBe(0);
    await expect(log.stream('late', { partitionCount: 1, consumers: [] })).rejects.toThrow(/already open/);
  });

  it('that are missing are an error, and not an end', async () => {
    const directory = await temporaryDirectory();
    const { stream } = await openSingle(directory);
    await stream.put(numbered(1, 5));
    const environment = open({ path: directory, overlappingSync: false });
    await environment.openDB({ name: 'records/insights', encoding: 'binary' }).remove([0, 3]);
    await environment.close();
    expect(() => stream.read(0, 0, everything)).toThrow(UnreadableFormat);
    expect(() => stream.read(0, 0, everything)).toThrow(/Record 3 of partition 0 is missing/);
  });
});

describe('a log that a newer version wrote', () => {
  it('is refused with a message that says so', async () => {
    const directory = await temporaryDirectory();
    const { log } = await openSingle(directory);
    await log.close();
    const environment = open({ path: directory, overlappingSync: false });
    await environment.openDB({ name: 'format', encoding: 'json' }).put('version', 3);
    await environment.close();
    await expect(openLog(directory)).rejects.toThrow(UnreadableFormat);
    await expect(openLog(directory)).rejects.toThrow(/format version 3; .*newer version/);
  });
});

describe('waiting for records', () => {
  const never = new AbortController().signal;
  const anything = { ...everything, maxRecords: 1 };

  it('ends when a record is durable, and the woken consumer sees it', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    for (let round = 1; round <= 100; round += 1) {
      stream.read(0, 0, everything); // leaves lmdb with an older snapshot
      const woken = stream
        .waitForRecords('aggregate', 0, anything, never)
        .then(() => stream.take('aggregate', 0, everything).records);
      await stream.put(numbered(round, round));
      expect(texts(await woken)).toEqual([String(round)]);
      await stream.finish('aggregate', 0, [round]);
    }
  });

  it('ends at once when there is enough to take, and not before there is', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    await stream.put(numbered(1, 2));
    await stream.waitForRecords('aggregate', 0, { ...everything, maxRecords: 2 }, never);
    let isWoken = false;
    const four = { ...everything, maxRecords: 4 };
    const waiting = stream.waitForRecords('aggregate', 0, four, never).then(() => (isWoken = true));
    await stream.put(numbered(3, 3));
    expect(isWoken).toBe(false);
    await stream.put(numbered(4, 4));
    await waiting;
  });

  it('is given up when its signal says so', async () => {
    const { stream } = await openSingle(await temporaryDirectory());
    const controller = new AbortController();
    const wait = () => stream.waitForRecords('aggregate', 0, anything, controller.signal);
    const waiting = wait();
    const reason = new Error('stopping');
    controller.abort(reason);
    await expect(waiting).rejects.toHaveProperty('cause', reason);
    await expect(wait()).rejects.toHaveProperty('cause', reason);
  });
});

describe('a closed log', () => {
  it('has finished the puts before, and refuses those after', async () => {
    const directory = await temporaryDirectory();
    const { log, stream } = await openSingle(directory);
    const puts = Array.from({ length: 20 }, (_, number) => stream.put(numbered(number, number)));
    await log.close();
    await Promise.all(puts);
    await expect(stream.put(numbered(1, 1))).rejects.toThrow(Unavailable);
    expect(readAll((await openSingle(directory)).stream, 0)).toHaveLength(20);
  });
});
