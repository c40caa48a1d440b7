import { parseLogEntry } from '../log-entry.ts';
import { entryOfRequest } from '../log-formats/entry-of-request.ts';
import type { LineContent } from '../log-formats/line-format.ts';
import { createLogReader } from '../log-formats/log-reader.ts';
import type { ReadEntry, RejectedEntry } from '../read-entry.ts';

/** A reader of what other programs send: lines of access logs, and objects with their fields. */
export interface LoggedEntries {
  /**
   * Reads a line of any known format; `undefined` for a line that only describes others, or is blank.
   * @param otherwiseAt  an instant, for a line that has none of its own
   */
  line(line: string, otherwiseAt?: string): ReadEntry | undefined;
  /** Reads an object, and otherwise the line in one of its fields. */
  fields(fields: Readonly<Record<string, unknown>>, otherwiseAt?: string): ReadEntry;
}

/** Larger than any line that can be an entry with its facts, in any envelope; what is longer is not looked at. */
export const maxLineBytes = 256 * 1_024;
/** Reasons never quote the line, which may have secrets, so they say no more than what kind of line it is. */
const notUnderstood = rejected('is not a request of an access log in a known format');
const noRequest = rejected('is a line of an access log without an HTTP request');
export const tooLong = rejected(`is longer than ${maxLineBytes} bytes`);
const describesOthers = rejected('is not an entry');

/** Creates a reader for the lines of one body, in their order. */
export function createLoggedEntries(): LoggedEntries {
  const reader = createLogReader();
  return {
    line(line, otherwiseAt) {
      if (line.length > maxLineBytes) return tooLong;
      return entryOf(reader.read(line, otherwiseAt));
    },
    fields(fields, otherwiseAt) {
      return entryOf(reader.readFields(fields, otherwiseAt)) ?? describesOthers;
    },
  };
}

/** Makes a rejected entry with one problem. */
export function rejected(reason: string, field?: string): RejectedEntry {
  return { problems: [field === undefined ? { reason } : { field, reason }] };
}

function entryOf(content: Exclude<LineContent, undefined>): ReadEntry | undefined {
  switch (content.kind) {
    case 'header':
      return undefined;
    case 'no-request':
      return noRequest;
    case 'unknown':
      return notUnderstood;
    case 'request': {
      const { entry, reason } = entryOfRequest(content.request, { isQueryKept: true });
      if (entry === undefined) return rejected(reason);
      return parseLogEntry(entry) ?? notUnderstood;
    }
  }
}
