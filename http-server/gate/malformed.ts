import { errorCode } from '../../lib/error-code.ts';
import { isIngestPath } from '../is-ingest-path.ts';
import { invalid, tooSlow, type Refusal } from './refusal.ts';

/** Longer than the request lines of routes that take batches. */
const maxRequestLineBytes = 512;

/** Creates the refusal of bytes that Node.js' parser does not accept as a request. */
export function malformed(error: Error): Refusal {
  const packet = 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket : Buffer.of();
  const [, path = ''] = /^POST ([^? ]+)[? ]/.exec(packet.toString('latin1', 0, maxRequestLineBytes)) ?? [];
  const isIngest = isIngestPath(path);
  switch (errorCode(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return invalid(isIngest, 'The headers of a request must have at most 16 KiB together.');
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return invalid(
        isIngest,
        'The header content-length was sent more than once, or beside transfer-encoding.',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return tooSlow();
    case undefined:
    default:
      return invalid(isIngest, 'The request is not valid HTTP.');
  }
}
