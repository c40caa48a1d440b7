import { contentOf, isFollowedByStatus, maxFieldsAfterRequest } from './clf.ts';
import { instantOf } from './instant.ts';
import type { LineContent } from './line-format.ts';
import { splitFields } from './quoted-fields.ts';
import { parseRequestLine } from './request-line.ts';
import { unescapeQuoted } from './unescape.ts';

const leadingTime = /^\[?\d\S{9,40}(?: \d\d:\d\d:\d\d\S{0,12})?(?: [+-]\d{4}\]?)?(?=\s)/;
const timeWithin =
  /(?<![\w.:-])(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?|\d\d\/[A-Z][a-z]{2}\/\d{4}[: ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})?|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4}|\d{10}(?:\.\d{1,6})?|\d{13})(?![\w:-])/;
/** Longer than what servers write before a request. */
const maxPrefixLength = 1_024;
/** The number of texts in quotes that may look like a request before the one that is. */
const maxRequests = 4;
const method = /[A-Za-z_-]{1,32} /y;

/**
 * Reads a line that has a request in quotes and a status behind it, and its time in no brackets: in front of everything else,
 * somewhere before the request, or in an envelope. Without a status, the line is a message that quotes a request, such as those
 * of nginx's error log, and the request may stand in the access log as well.
 * @param at  the time of the envelope
 */
export function readUndatedRequest(line: string, at: string | undefined, utcOffset?: string): LineContent {
  const found = findRequest(line);
  if (found === undefined) return undefined;
  const { requestLine, start, end } = found;
  const prefix = line.slice(0, Math.min(start, maxPrefixLength));
  const receivedAt =
    instantOf(leadingTimeOf(line), utcOffset ?? 'Z') ??
    timeIn(prefix, utcOffset) ??
    at ??
    timeIn(prefix, utcOffset ?? 'Z');
  return receivedAt === undefined
    ? undefined
    : contentOf(receivedAt, requestLine, splitFields(line, end + 1, maxFieldsAfterRequest), line);
}

/** Returns the text of a time at the start of a line, perhaps in brackets; empty if there is none. */
export function leadingTimeOf(line: string): string {
  return leadingTime.exec(line)?.[0].trimEnd() ?? '';
}

/** Finds the first instant in a text; without `utcOffset`, it must have an offset. */
export function timeIn(text: string, utcOffset: string | undefined): string | undefined {
  const [time] = timeWithin.exec(text) ?? [];
  return time === undefined ? undefined : instantOf(time, utcOffset);
}

/** Finds the first text in quotes that is a request and has a status behind it. */
function findRequest(line: string) {
  let end = line.indexOf('"');
  while (end >= 0 && !isFollowedByStatus(line, end + 1)) end = line.indexOf('"', end + 1);
  if (end < 0) return undefined;
  let quote = line.indexOf('"');
  for (let count = 0; quote >= 0 && quote < end && count < maxRequests;) {
    method.lastIndex = quote + 1;
    if (line[quote - 1] !== '\\' && method.test(line)) {
      const requestLine = parseRequestLine(unescapeQuoted(line.slice(quote + 1, end)));
      if (requestLine !== undefined) return { requestLine, start: quote, end };
      count += 1;
    }
    quote = line.indexOf('"', quote + 1);
  }
  return undefined;
}
