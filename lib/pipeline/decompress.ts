import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { BatchTooLarge, InvalidRequest, UnsupportedMedia } from '../errors.ts';

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);
const inflateRaw = promisify(zlib.inflateRaw);
const brotliDecompress = promisify(zlib.brotliDecompress);

/**
 * The body without its content encoding. Decompression stops as soon as the result is larger than `maxBytes`.
 * @param contentEncoding  the header's value, `''` where there is none
 * @throws UnsupportedMedia  an encoding other than `identity`, `gzip`, `deflate` and `br`
 * @throws BatchTooLarge     the result is larger than `maxBytes`
 * @throws InvalidRequest    the body is not what its encoding says
 */
export async function decompress(body: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  const encoding = contentEncoding.trim().toLowerCase();
  const decoded = await decode(body, encoding, maxBytes).catch((error: unknown) => {
    throw isZlibError(error) ? failureOf(error, encoding, maxBytes) : error;
  });
  if (decoded.length > maxBytes) throw new BatchTooLarge(maxBytes);
  return decoded;
}

async function decode(body: Buffer, encoding: string, maxOutputLength: number): Promise<Buffer> {
  switch (encoding) {
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return gunzip(body, { maxOutputLength });
    case 'deflate':
      return hasZlibHeader(body) ? inflate(body, { maxOutputLength }) : inflateRaw(body, { maxOutputLength });
    case 'br':
      return brotliDecompress(body, { maxOutputLength });
    default:
      throw new UnsupportedMedia(
        `The content encoding "${encoding}" is not supported; use gzip, deflate or br.`,
      );
  }
}

/** `deflate` is the zlib format, but some clients send bare deflate data (RFC 9110, section 8.4.1.2). */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function failureOf(error: Error & { code: string }, encoding: string, maxBytes: number): Error {
  if (error.code === 'ERR_BUFFER_TOO_LARGE') return new BatchTooLarge(maxBytes);
  return new InvalidRequest(`The body is not valid ${encoding} data.`, [], { cause: error });
}
