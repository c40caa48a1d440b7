import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { joinInSteps } from '../../domain/join-bytes.ts';
import { decodeSnappy } from '../../domain/snappy.ts';
import { errorCode } from '../../error-code.ts';
import { BatchTooLarge, InvalidRequest, UnsupportedMedia } from '../../errors.ts';
import { finishInTurns } from '../turns/finish-in-turns.ts';

const maxOverheadBytes = 64 * 1_024;

/** Each chunk costs a round trip to another thread, and a large body has a thousand of Node's usual chunks of 16 kB. */
const largeBodyBytes = 64 * 1_024;
const optionsOfLarge = { chunkSize: 512 * 1_024 };

/**
 * Removes the content encoding of a body. Decompression stops as soon as the result is larger than `maxBytes`. Gzip may
 * have several members (RFC 1952, section 2.2); bytes behind the end of the data would be lost silently, so they are
 * refused.
 * @param contentEncoding  the header's value, `''` if there is none
 * @throws UnsupportedMedia  an encoding other than `identity`, `gzip`, `deflate` and `br`
 * @throws BatchTooLarge     the result is larger than `maxBytes`
 * @throws InvalidRequest    the body is not what its encoding says
 */
export async function decompress(body: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  const encoding = contentEncoding.trim().toLowerCase();
  requireWorthDecoding(body, maxBytes);
  const decoded = await decode(body, encoding, maxBytes).catch((error: unknown) => {
    if (errorCode(error) === undefined) throw error; // not of zlib
    throw new InvalidRequest(`The body is not valid ${encoding} data.`, [], { cause: error });
  });
  if (decoded.length > maxBytes) throw new BatchTooLarge(maxBytes);
  return decoded;
}

/**
 * Returns the body without Snappy's compression. The body is one block, which begins with its decompressed size.
 * @throws BatchTooLarge   the result is larger than `maxBytes`
 * @throws InvalidRequest  the body is not Snappy
 */
export async function decompressSnappy(body: Buffer, maxBytes: number): Promise<Buffer> {
  requireWorthDecoding(body, maxBytes);
  return decodeSnappy(body, maxBytes);
}

/**
 * Refuses a body that is much larger than the limit: incompressible data grows by less. A larger one only costs work,
 * such as a million empty gzip members.
 */
function requireWorthDecoding(body: Buffer, maxBytes: number): void {
  if (body.length > maxBytes + maxOverheadBytes) throw new BatchTooLarge(maxBytes);
}

async function decode(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const options = body.length < largeBodyBytes ? {} : optionsOfLarge;
  switch (encoding) {
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return passThrough(zlib.createGunzip(options), body, maxBytes);
    case 'deflate':
      return passThrough(
        hasZlibHeader(body) ? zlib.createInflate(options) : zlib.createInflateRaw(options),
        body,
        maxBytes,
      );
    case 'br':
      return passThrough(zlib.createBrotliDecompress(options), body, maxBytes);
    default:
      throw new UnsupportedMedia(
        `The content encoding "${encoding}" is not supported; use gzip, deflate or br.`,
      );
  }
}

/**
 * Returns the decoder's whole output. It uses a stream, since only that reports how much of the body the decoder took.
 */
async function passThrough(decoder: Transform & zlib.Zlib, body: Buffer, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  decoder.end(body);
  for await (const chunk of decoder as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new BatchTooLarge(maxBytes); // leaving the loop stops the decoder
    chunks.push(chunk);
  }
  const bytesBehind = body.length - decoder.bytesWritten;
  if (bytesBehind > 0) {
    throw new InvalidRequest(`The body goes on for ${bytesBehind} bytes behind its compressed data.`);
  }
  return finishInTurns(joinInSteps(chunks, bytes));
}

/** `deflate` is the zlib format, but some clients send bare deflate data (RFC 9110, section 8.4.1.2). */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}
