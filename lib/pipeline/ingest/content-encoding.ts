import { isNamed, type SentMediaType } from '../../domain/media-type.ts';
import { UnsupportedMedia } from '../../errors.ts';

/** A body, and what its headers say of it. */
export interface EncodedBody {
  readonly mediaType: SentMediaType;
  /** The header's value, `''` where there is none. */
  readonly contentEncoding: string;
  readonly body: Buffer;
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);

/**
 * Returns how a body is compressed. Gateways treat JSON types as text, which destroys compressed bytes, and some
 * decompress bodies that they find compressed. A client may therefore name the type of the bytes themselves,
 * `application/gzip` or `application/octet-stream`; then this checks whether they still are gzip.
 * @throws UnsupportedMedia  nothing says that the bytes are compressed
 */
export function contentEncodingOf({ mediaType, contentEncoding, body }: EncodedBody): string {
  if (isNamed(mediaType)) return contentEncoding;
  const said = contentEncoding.trim().toLowerCase();
  const encoding = said === '' && mediaType === 'application/gzip' ? 'gzip' : said;
  if (encoding === '' || encoding === 'identity') {
    throw new UnsupportedMedia(
      `The media type ${mediaType} is for compressed batches and needs a content-encoding; use application/json or application/x-ndjson.`,
    );
  }
  const isPlain = /^(x-)?gzip$/.test(encoding) && !body.subarray(0, gzipMagic.length).equals(gzipMagic);
  return isPlain ? 'identity' : encoding;
}
