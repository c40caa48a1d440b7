import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BatchTooLarge, InvalidRequest, UnsupportedMedia } from '../../../lib/errors.ts';
import { decompress } from '../../../lib/pipeline/ingest/decompress.ts';

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

  it.each(encoders)('decodes %j of some MiB', async (encoding, encode) => {
    const large = randomBytes(1_500_000);
    expect((await decompress(encode(large), encoding, large.length)).equals(large)).toBe(true);
  });

  it.each(encoders)('refuses %j that is one byte too large', async (encoding, encode) => {
    await expect(decompress(encode(text), encoding, text.length - 1)).rejects.toThrow(BatchTooLarge);
  });

  it.each(encoders.slice(2))('stops within %j that is too large', async (encoding, encode) => {
    const encoded = encode(randomBytes(131_072));
    const damagedAtItsEnd = encoded.subarray(0, encoded.length - 6);
    await expect(decompress(damagedAtItsEnd, encoding, 1_000)).rejects.toThrow(BatchTooLarge);
  });

  it.each(encoders.slice(4))('refuses a second %j behind the first', async (encoding, encode) => {
    const twice = Buffer.concat([encode(text), encode(text)]);
    await expect(decompress(twice, encoding, 1e6)).rejects.toThrow(InvalidRequest);
  });

  it.each(encoders.slice(2))('refuses %j with a byte behind it', async (encoding, encode) => {
    const longer = Buffer.concat([encode(text), Buffer.from('\n')]);
    await expect(decompress(longer, encoding, 1e6)).rejects.toThrow(InvalidRequest);
  });

  it('takes all the members of gzip, and none where one of them is damaged', async () => {
    const member = gzipSync(text);
    const both = Buffer.concat([member, member]);
    expect(await decompress(both, 'gzip', 1e6)).toEqual(Buffer.concat([text, text]));
    await expect(decompress(both, 'gzip', text.length * 2 - 1)).rejects.toThrow(BatchTooLarge);
    for (let at = 0; at < member.length; at += 1) {
      if (at >= 4 && at < 10) continue; // time, speed and system, which change nothing
      for (const byte of [0x00, 0xff]) {
        const damaged = Buffer.from(both);
        damaged.writeUInt8(byte, member.length + at);
        if (damaged.equals(both)) continue;
        await expect(decompress(damaged, 'gzip', 1e6)).rejects.toThrow(InvalidRequest);
      }
    }
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
