import { maxRecordBytes } from '../batch-limits.ts';
import { createLogReader } from '../log-formats/log-reader.ts';
import { entryOfContent } from '../parse-batch/entry-of-content.ts';
import type { ReadEntry, RejectedEntry } from '../read-entry.ts';

/** A reader of what other programs send: lines of access logs, and objects with their fields. */
export interface LoggedEntries {
  /**
   * Reads a line of any known format; `undefined` for a line that only describes others, or is blank.
   * @param otherwiseAt  an instant, for a line that has none of its own
   */
  line(line: string, otherwiseAt?: string): ReadEntry | undefined;
  /** Reads an object or, if it is not an entry itself, the line in one of its fields. */
  fields(fields: Readonly<Record<string, unknown>>, otherwiseAt?: string): ReadEntry;
}

export const tooLong = rejected(`is longer than ${maxRecordBytes} bytes`);
const describesOthers = rejected('is not an entry');

/** Creates a reader for the lines of one body, in their order. */
export function createLoggedEntries(): LoggedEntries {
  const reader = createLogReader();
  return {
    line(line, otherwiseAt) {
      if (line.length > maxRecordBytes) return tooLong;
      return entryOfContent(reader.read(line, otherwiseAt));
    },
    fields(fields, otherwiseAt) {
      return entryOfContent(reader.readFields(fields, otherwiseAt)) ?? describesOthers;
    },
  };
}

/** Makes a rejected entry with one problem. */
export function rejected(reason: string, field?: string): RejectedEntry {
  return { problems: [field === undefined ? { reason } : { field, reason }] };
}
