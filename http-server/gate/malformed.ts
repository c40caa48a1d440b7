import type { IncomingMessage } from 'node:http';
import { errorCode } from '../../lib/error-code.ts';
import { isIngestPath } from '../is-ingest-path.ts';
import { invalid, tooSlow, type Refusal } from './refusal.ts';
import { pathOfTarget } from './request-target.ts';

/** Longer than the request lines of routes that take batches. */
const maxRequestLineBytes = 512;

/**
 * Creates the refusal of bytes that Node.js' parser does not accept as a request.
 * @param request  the request whose body they are in, if its head was valid
 */
export function malformed(error: Error, request?: Pick<IncomingMessage, 'method' | 'url'>): Refusal {
  const isIngest = isIngestPath(request === undefined ? pathIn(error) : pathOf(request));
  switch (errorCode(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return invalid(isIngest, 'The target and the headers of a request must have at most 16 KiB together.');
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

function pathOf({ method = '', url = '' }: Pick<IncomingMessage, 'method' | 'url'>): string {
  return method === 'POST' || method === 'PUT' ? pathOfTarget(url) : '';
}

function pathIn(error: Error): string {
  const packet = 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket : Buffer.of();
  const [, target = ''] =
    /^(?:POST|PUT) ([^? ]+)[? ]/.exec(packet.toString('latin1', 0, maxRequestLineBytes)) ?? [];
  return pathOfTarget(target);
}
