import type { IncomingMessage } from 'node:http';

/** Reports whether a body follows the head of a request. It reads the raw headers, since Node.js makes the others only when they are asked for. */
export function hasBody({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 14 && name.toLowerCase() === 'content-length' && Number(rawHeaders[at + 1]) > 0)
      return true;
    if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') return true;
  }
  return false;
}
