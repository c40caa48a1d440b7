import type { Entry } from '../../client/contract.ts';
import { entryOfRequest, type EntryOptions } from '../../lib/domain/log-formats/entry-of-request.ts';
import type { LogReader } from '../../lib/domain/log-formats/log-reader.ts';

/** An entry, and what the log does not have of it. */
export interface ReadEntry {
  readonly entry: Entry;
  readonly hasStatus: boolean;
  readonly hasUserAgent: boolean;
  readonly reason?: undefined;
}

/** A line that cannot be counted, and why. */
export interface SkippedLine {
  readonly entry?: undefined;
  readonly reason: string;
  /** False if the line is in no known format. */
  readonly isUnderstood: boolean;
}

/** The content of a line; `undefined`: a line without content. */
export type ReadLine = ReadEntry | SkippedLine | undefined;

/** Reads a line of a log. */
export function readLine(text: string, reader: LogReader, options: EntryOptions): ReadLine {
  const content = reader.read(text);
  switch (content.kind) {
    case 'header':
      return undefined;
    case 'unknown':
      return { reason: content.reason, isUnderstood: false };
    case 'no-request':
      return { reason: content.reason, isUnderstood: true };
    case 'request': {
      const { request } = content;
      const { entry, reason } = entryOfRequest(request, options);
      return entry === undefined
        ? { reason, isUnderstood: true }
        : { entry, hasStatus: request.status !== undefined, hasUserAgent: request.userAgent !== undefined };
    }
  }
}
