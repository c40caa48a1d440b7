import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OwnedPartition } from '../../kafka/consumer/owned-partition.ts';
import { Progress } from '../../kafka/consumer/progress.ts';
import type { TopicRecord } from '../../kafka/consumer/topic-record.ts';

const all = { maxRecords: 1_000, maxBytes: 1_000_000 };

function record(offset: bigint, bytes = 10): TopicRecord {
  return { offset, key: '', value: Buffer.alloc(bytes), appendedAt: new Date(0) };
}

/** A partition at offset 5 with the records 5, 6 and 7, and the positions that it has reported. */
function openPartition() {
  const positions: bigint[] = [];
  const partition: OwnedPartition = new OwnedPartition({ topic: 'insights', partition: 3 }, 5n, (change) => {
    if (change === 'done') positions.push(partition.position);
  });
  partition.add([record(5n), record(6n), record(7n)], 8n);
  return { partition, positions };
}

describe('a partition', () => {
  it('moves its position past records that are done, and not past one that is not', () => {
    const { partition, positions } = openPartition();
    const [first, second, third] = partition.take(all);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three are there');
    partition.finish([third]);
    expect(positions).toEqual([]);
    partition.finish([first]);
    partition.finish([second]);
    expect(positions).toEqual([6n, 8n]);
    expect(partition.outstanding).toBe(0);
  });

  it('does not move its position any more when another process has it', () => {
    const { partition, positions } = openPartition();
    const records = partition.take(all);
    partition.lose();
    partition.finish(records);
    expect(positions).toEqual([]);
    expect(partition.position).toBe(5n);
  });

  it('finishes what is under way when this process stops', () => {
    const { partition, positions } = openPartition();
    const records = partition.take(all);
    partition.stop();
    partition.finish(records);
    expect([partition.signal.aborted, positions]).toEqual([true, [8n]]);
  });

  it('gives as much as the limits allow, at least one record, and knows the bytes that are left', () => {
    const { partition } = openPartition();
    expect(partition.take({ maxRecords: 2, maxBytes: 1_000 })).toHaveLength(2);
    expect(partition.bufferedBytes).toBe(10);
    partition.add([record(8n, 100)], 9n);
    expect(partition.take({ maxRecords: 2, maxBytes: 50 })).toHaveLength(1);
    expect(partition.take({ maxRecords: 2, maxBytes: 50 })).toHaveLength(1);
    expect(partition.bufferedBytes).toBe(0);
  });
});

describe('progress', () => {
  it('is the first record that is not done, in whatever order records are', () => {
    const orders = fc.shuffledSubarray(
      Array.from({ length: 12 }, (_, n) => BigInt(n * 2)),
      { minLength: 0 },
    );
    fc.assert(
      fc.property(orders, (done) => {
        const progress = new Progress(0n);
        const offsets = Array.from({ length: 12 }, (_, n) => BigInt(n * 2));
        progress.take(offsets);
        for (const offset of done) progress.finish([offset]);
        const open = offsets.find((offset) => !done.includes(offset));
        // The offset after the last one that is done, since gaps have no records.
        const expected = open === undefined ? 23n : open === 0n ? 0n : open - 1n;
        expect(progress.position).toBe(expected);
      }),
    );
  });
});
