/** How the entries of a body are written: as one JSON array, or as a JSON object a line. */
export type MediaType = 'application/json' | 'application/x-ndjson';

/** What a `content-type` can say of a batch: how its entries are written, or only that its bytes are no text. */
export type SentMediaType = MediaType | 'application/gzip' | 'application/octet-stream';

/** The media type that a `content-type` names, whatever its parameters; `undefined` for one that nobody here reads. */
export function parseMediaType(contentType: string): SentMediaType | undefined {
  const [essence = ''] = contentType.split(';');
  switch (essence.trim().toLowerCase()) {
    case 'application/json':
      return 'application/json';
    case 'application/x-ndjson':
    case 'application/ndjson':
      return 'application/x-ndjson';
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

/** How the entries of a decompressed body are written, where nobody said so: a line of entries has no array in it. */
export function mediaTypeOf(body: Buffer): MediaType {
  let at = body.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  while (whiteSpace.has(body[at] ?? openingBracket)) at += 1;
  return body[at] === openingBracket ? 'application/json' : 'application/x-ndjson';
}
