import { describe, expect, it } from 'vitest';
import { murmur2, partitionNumberOf } from '../../kafka/partition-of-key.ts';

describe('the hash of a key', () => {
  // From UtilsTest of Kafka's Java client.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of "%s" is that of the Java client', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
    expect(partitionNumberOf(Buffer.from(key))).toBe(hash & 0x7fffffff);
  });
});
