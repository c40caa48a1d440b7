import { parseLogEntry } from '../log-entry.ts';
import { loggedEntryOf } from '../log-formats/entry-of-request.ts';
import type { LineContent } from '../log-formats/line-format.ts';
import type { ReadEntry } from '../read-entry.ts';
import { InvalidValue } from './invalid-value.ts';
import { RejectedLine } from './rejected-line.ts';

/** Paths keep their query strings: whether these are counted is decided later, for all entries alike. */
const options = { isQueryKept: true, hasClientIp: true };

/** Returns the entry in the content of a line; `undefined` for a line that only describes others. */
export function entryOfContent(content: Exclude<LineContent, undefined>): ReadEntry | undefined {
  switch (content.kind) {
    case 'header':
      return undefined;
    case 'no-request':
    case 'unknown':
      return new RejectedLine(content.reason);
    case 'request': {
      const entry = loggedEntryOf(content.request, options);
      return parseLogEntry(entry) ?? new InvalidValue(entry);
    }
  }
}
