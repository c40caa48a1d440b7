import type { Entry } from '../../client/contract.ts';
import { entryOfRequest, type EntryOptions } from '../../lib/domain/log-formats/entry-of-request.ts';
import type { LineContent } from '../../lib/domain/log-formats/line-format.ts';
import type { LogReader } from '../../lib/domain/log-formats/log-reader.ts';
import { createWholeLineReader, unfinishedLine } from '../../lib/domain/log-formats/whole-line-reader.ts';

/** An entry, and what the log does not have of it. */
export interface ReadEntry {
  readonly entry: Entry;
  readonly hasStatus: boolean;
  readonly hasUserAgent: boolean;
  /** True if the line came in several parts. */
  readonly isJoined?: boolean;
  readonly reason?: undefined;
}

/** A line that cannot be counted, and why. */
export interface SkippedLine {
  readonly entry?: undefined;
  readonly reason: string;
  /** False if the line is in no known format. */
  readonly isUnderstood: boolean;
  /** True if lines that were counted before make up this one. */
  readonly isCounted?: boolean;
}

/** The content of a line; `undefined`: a line without content. */
export type ReadLine = ReadEntry | SkippedLine | undefined;

/** A reader of the lines of one log. */
export interface LineReader {
  read(text: string): ReadLine;
  /** Says that a line is too long to be read. */
  skipLine(): ReadLine;
  /** Ends a log; returns a line of which only parts have come. */
  endLog(): ReadLine;
}

const tooLong: SkippedLine = { reason: 'is longer than 64 KiB', isUnderstood: false };
const unfinished: SkippedLine = {
  reason: unfinishedLine,
  isUnderstood: true,
  isCounted: true,
};

/** Creates a reader that joins the lines that a container runtime has split. A part is a line without content. */
export function createLineReader(reader: LogReader, options: EntryOptions): LineReader {
  const lines = createWholeLineReader(reader);
  return {
    read(text) {
      const line = lines.read(text);
      switch (line.kind) {
        case 'part':
          return undefined;
        case 'too-long':
          return tooLong;
        case 'line': {
          const content = readContent(line.content, options);
          return line.isJoined && content?.entry !== undefined ? { ...content, isJoined: true } : content;
        }
      }
    },
    skipLine() {
      lines.skipLine();
      return tooLong;
    },
    endLog: () => (lines.endLog() ? unfinished : undefined),
  };
}

function readContent(content: Exclude<LineContent, undefined>, options: EntryOptions): ReadLine {
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
