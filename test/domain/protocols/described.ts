import { isRejected, type ReadEntry } from '../../../lib/domain/read-entry.ts';

/** An access-log line of 2025-12-28T18:03. */
export const combinedLine =
  '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /x?a=1 HTTP/1.1" 200 5 "-" "curl/8.0"';

/** The same request as a program has parsed it that names its fields as we do. */
export const entryObject = {
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path: '/x?a=1',
  status: 200,
  userAgent: 'curl/8.0',
};

/** The entry of both. */
export const described = '2025-12-28T18:03 GET /x?a=1 200 curl/8.0';

/** Describes each entry in a line, so that a failed expectation is easy to read. */
export function describeAll(entries: Iterable<ReadEntry>): string[] {
  return Array.from(entries, (read) => {
    if (isRejected(read)) {
      return read.problems.map(({ field, reason }) => `rejected: ${field ?? 'it'} ${reason}`).join(', ');
    }
    const minute = new Date(read.minute * 60_000).toISOString().slice(0, 16);
    return [minute, read.method, read.path, read.status ?? '-', read.userAgent].join(' ');
  });
}
