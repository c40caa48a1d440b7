import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../../local-store/partitioned-log/hash-key-range.ts';

/** Returns the ranges that `DescribeStream` shows for a stream of `count` shards that was split evenly. */
function kinesisRanges(count: number) {
  const size = 2n ** 128n / BigInt(count);
  return Array.from({ length: count }, (_, shard) => ({
    startingHashKey: BigInt(shard) * size,
    endingHashKey: shard === count - 1 ? 2n ** 128n - 1n : BigInt(shard + 1) * size - 1n,
  }));
}

describe('the partition of a key', () => {
  it.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e', 8, 6],
    ['a', '0cc175b9c0f1b6a831c399e269772661', 8, 0],
    ['abc', '900150983cd24fb0d6963f7d28e17f72', 8, 4],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0', 8, 7],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0', 3, 2],
    ['abc', '900150983cd24fb0d6963f7d28e17f72', 1, 0],
  ])('of "%s", whose MD5 is %s, of %i is %i', (key, md5, count, partition) => {
    expect(createHash('md5').update(key).digest('hex')).toBe(md5);
    expect(partitionOf(key, count)).toBe(partition);
  });

  it("is the shard in whose range Kinesis' hash of the key lies, for every number of shards", () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 500 }), (key, count) => {
        const hashKey = BigInt(`0x${createHash('md5').update(key).digest('hex')}`);
        const shard = kinesisRanges(count).findIndex(
          ({ startingHashKey, endingHashKey }) => startingHashKey <= hashKey && hashKey <= endingHashKey,
        );
        expect(partitionOf(key, count)).toBe(shard);
      }),
    );
  });
});
