import { isNamed, type SentMediaType } from '../../domain/media-type.ts';
import { InvalidRequest, UnsupportedMedia } from '../../errors.ts';

/** A body with its content headers. */
export interface EncodedBody {
  readonly mediaType: SentMediaType;
  /** The header's value, `''` if there is none. */
  readonly contentEncoding: string;
  readonly body: Buffer;
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Returns how a body is compressed. Gateways treat JSON types as text, which destroys compressed bytes, and some
 * decompress bodies that they find compressed. A client may therefore name the type of the bytes themselves,
 * `application/gzip` or `application/octet-stream`; then this checks whether they still are gzip.
 * @throws UnsupportedMedia  nothing says that the bytes are compressed
 * @throws InvalidRequest    a text is gzip data without saying so; each of its lines would be a rejected entry
 */
export function contentEncodingOf({ mediaType, contentEncoding, body }: EncodedBody): string {
  if (isNamed(mediaType) && mediaType !== 'text/plain') return contentEncoding;
  const said = contentEncoding.trim().toLowerCase();
  const isGzip = body.subarray(0, gzipMagic.length).equals(gzipMagic);
  if (mediaType === 'text/plain') {
    if (!isGzip || !/^(identity)?$/.test(said)) return contentEncoding;
    throw new InvalidRequest('The body is gzip data. Name its compression in content-encoding.');
  }
  const encoding = said === '' && mediaType === 'application/gzip' ? 'gzip' : said;
  if (encoding === '' || encoding === 'identity') {
    throw new UnsupportedMedia(
      `The media type ${mediaType} is for compressed batches and needs a content-encoding; use application/json or application/x-ndjson.`,
    );
  }
  const isPlain = /^(x-)?gzip$/.test(encoding) && !isGzip;
  return isPlain ? 'identity' : encoding;
}
