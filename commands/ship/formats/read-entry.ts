import { parseLogEntry, problemsOf } from '../../../lib/domain/log-entry.ts';
import type { ReadingOptions, ReadLine } from './line-format.ts';

/** What a log says of a request, before it is looked at. */
export interface LoggedRequest {
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly userAgent: string;
  /** What is not a status of 100–599, such as the 000 of a request that was aborted, is left out. */
  readonly status: string;
}

const maxUserAgentLength = 1_024;
const statusPattern = /^[1-5]\d\d$/;

/**
 * The entry that is sent for a request, if the pipeline would take it: it is held against the pipeline's own rules, so
 * that no batch is refused for one bad line. An agent that is too long is cut, since its family alone is counted. A
 * path that is too long is not: it would be counted as a path that nobody asked for.
 */
export function readEntry(
  { receivedAt, method, target, userAgent, status }: LoggedRequest,
  { isQueryKept }: ReadingOptions,
): ReadLine {
  const queryAt = isQueryKept ? -1 : target.indexOf('?');
  const entry = {
    receivedAt,
    method,
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    userAgent: userAgent.length > maxUserAgentLength ? userAgent.slice(0, maxUserAgentLength) : userAgent,
    ...(statusPattern.test(status) ? { status: Number(status) } : {}),
  };
  if (parseLogEntry(entry) !== undefined) return { entry };
  return {
    reason: problemsOf(entry, 0)
      .map(({ field, reason }) => `${field ?? 'it'} ${reason}`)
      .join(', '),
  };
}
