import type { HttpRequest } from '../http/http.ts';

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Returns the content encoding of a body in a protocol of another program, `''` if it has none. No body of these
 * protocols begins like gzip, so the bytes decide whether it is gzip: some senders compress without the header, and
 * some gateways decompress and leave the header.
 */
export function bodyEncoding({ headers, body }: HttpRequest): string {
  if (body.subarray(0, gzipMagic.length).equals(gzipMagic)) return 'gzip';
  const contentEncoding = headers['content-encoding']?.trim() ?? '';
  return /^(?:x-)?gzip$/i.test(contentEncoding) ? '' : contentEncoding;
}
