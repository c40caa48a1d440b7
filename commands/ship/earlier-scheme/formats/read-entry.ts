import { parseLogEntry, problemsOf } from '../../../../lib/domain/log-entry.ts';
import type { ReadingOptions, ReadLine } from './line-format.ts';

/** A request as a log has it, before any check. */
export interface LoggedRequest {
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly userAgent: string;
  /** The status; one outside 100–599, such as the 000 of an aborted request, is left out. */
  readonly status: string;
}

const maxUserAgentLength = 1_024;
const statusPattern = /^[1-5]\d\d$/;

/**
 * Returns the entry to send for a request, if the pipeline would accept it: this applies the pipeline's own rules, so
 * that one bad line does not make it refuse a batch. It cuts an agent that is too long, because only its family is counted.
 * It does not cut a path, which would be counted as a path that nobody requested.
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
    reason: problemsOf(entry)
      .map(({ field, reason }) => `${field ?? 'it'} ${reason}`)
      .join(', '),
  };
}
