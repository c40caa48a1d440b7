import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BatchTooLarge, InvalidRequest, UnsupportedMedia } from '../../lib/errors.ts';
import { decompress } from '../../lib/pipeline/decompress.ts';

const text = Buffer.from('an access log '.repeat(100));
const encoders = [
  ['identity', (body: Buffer) => body],
  ['', (body: Buffer) => body],
  ['gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
] as const;

describe('decompress', () => {
  it.each(encoders)('decodes %j', async (encoding, encode) => {
    expect(await decompress(encode(text), encoding, text.length)).toEqual(text);
  });

  it.each(encoders)('refuses %j that is one byte too large', async (encoding, encode) => {
    await expect(decompress(encode(text), encoding, text.length - 1)).rejects.toThrow(BatchTooLarge);
  });

  it.each(encoders.slice(2))('refuses %j that is cut short', async (encoding, encode) => {
    const encoded = encode(text);
    await expect(decompress(encoded.subarray(0, encoded.length - 6), encoding, 1e6)).rejects.toThrow(
      InvalidRequest,
    );
  });

  it.each(['gzip', 'deflate', 'br'])('refuses what is no %s at all', async (encoding) => {
    await expect(decompress(Buffer.from('[1, 2, 3]'), encoding, 1e6)).rejects.toThrow(InvalidRequest);
    await expect(decompress(Buffer.alloc(0), encoding, 1e6)).rejects.toThrow(InvalidRequest);
  });

  it.each(['zstd', 'gzip, gzip', 'compress'])('does not support %j', async (encoding) => {
    await expect(decompress(text, encoding, 1e6)).rejects.toThrow(UnsupportedMedia);
  });
});
