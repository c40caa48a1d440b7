import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sizeOf, type SentBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { customer } from '../../factories.ts';

const maxBatchBytes = 16_777_216;

function sent(body: Buffer, fields: Partial<SentBatch> = {}): SentBatch {
  const batch = { customerId: customer(), id: undefined, mediaType: 'application/json' as const };
  return { ...batch, contentEncoding: '', body, ...fields };
}

describe('sizeOf', () => {
  it('knows the size of a body that is not compressed', () => {
    const body = Buffer.alloc(1_000);
    expect(sizeOf(sent(body), maxBatchBytes)).toEqual({ atMostBytes: 1_000, isKnown: true });
    expect(sizeOf(sent(body, { contentEncoding: ' Identity ' }), 999)).toEqual({
      atMostBytes: 999,
      isKnown: true,
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateRawSync],
  ] as const)(
    'expects of %s what it can reach at most, so that small bodies are not held up by large ones',
    (contentEncoding, compress) => {
      for (const bytes of [1_000, 100_000, 10_000_000]) {
        const body = compress(Buffer.alloc(bytes, ' '), { level: constants.Z_BEST_COMPRESSION });
        const { atMostBytes, isKnown } = sizeOf(sent(body, { contentEncoding }), maxBatchBytes);
        expect(isKnown).toBe(false);
        expect(atMostBytes).toBeGreaterThanOrEqual(bytes);
        expect(atMostBytes).toBeLessThanOrEqual(1_032 * body.length);
      }
    },
  );

  it('expects the limit of brotli, and of bytes that nothing is known of', () => {
    const body = Buffer.alloc(20_000);
    expect(sizeOf(sent(body.subarray(0, 0), { contentEncoding: 'br' }), maxBatchBytes).atMostBytes).toBe(
      maxBatchBytes,
    );
    expect(sizeOf(sent(body, { mediaType: 'application/gzip' }), maxBatchBytes).atMostBytes).toBe(
      maxBatchBytes,
    );
  });
});
