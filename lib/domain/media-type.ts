/**
 * Forms of the entries in a body: one JSON array, one JSON object per line, the lines of an access log, or a request in the
 * protocol of another program, which has a name of our own.
 */
export const mediaTypes = [
  'application/json',
  'application/x-ndjson',
  'text/plain',
  'elasticsearch+bulk',
  'loki+json',
  'loki+protobuf',
  'splunk+events',
  'otlp+protobuf',
  'otlp+json',
] as const;

export type MediaType = (typeof mediaTypes)[number];

const named: ReadonlySet<string> = new Set(mediaTypes);

/** Reports whether a media type names the form of the entries. */
export function isNamed(mediaType: SentMediaType): mediaType is MediaType {
  return named.has(mediaType);
}

/** The information in a `content-type`: the form of the entries, or only that the bytes are not text. */
export type SentMediaType = MediaType | 'application/gzip' | 'application/octet-stream';

/** Parses the media type in a `content-type`, ignoring parameters; returns `undefined` if it is not supported. */
export function parseMediaType(contentType: string): SentMediaType | undefined {
  const [essence = ''] = contentType.split(';');
  switch (essence.trim().toLowerCase()) {
    case 'application/json':
      return 'application/json';
    case 'application/x-ndjson':
    case 'application/ndjson':
      return 'application/x-ndjson';
    case 'text/plain':
      return 'text/plain';
    case 'application/gzip':
    case 'application/x-gzip':
      return 'application/gzip';
    case 'application/octet-stream':
      return 'application/octet-stream';
    default:
      return undefined;
  }
}

const byteOrderMark = Buffer.from('\ufeff');
const whiteSpace = new Set(Buffer.from(' \t\r\n'));
const openingBracket = 0x5b;

/**
 * Detects the form of the entries in a decompressed body without a media type: a line of entries never has an array
 * in it.
 */
export function mediaTypeOf(body: Buffer): 'application/json' | 'application/x-ndjson' {
  let at = body.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  while (whiteSpace.has(body[at] ?? openingBracket)) at += 1;
  return body[at] === openingBracket ? 'application/json' : 'application/x-ndjson';
}
