import { createPartJoiner } from './join-parts.ts';
import type { LineContent } from './line-format.ts';
import type { LogReader } from './log-reader.ts';

/** The content of a whole line; or a part of a line; or the end of a line that is longer than can be kept. */
export type WholeLine =
  | {
      readonly kind: 'line';
      readonly content: Exclude<LineContent, undefined>;
      /** True if the line came in several parts. */
      readonly isJoined: boolean;
    }
  | { readonly kind: 'part' }
  | { readonly kind: 'too-long' };

/** A reader of the lines of a log, some of which a container runtime may have split. */
export interface WholeLineReader {
  read(text: string): WholeLine;
  /** Says that a line cannot be read: if it was a part, its line is lost. */
  skipLine(): void;
  /** Ends the log; returns whether there were parts of a line that never ended. */
  endLog(): boolean;
}

/** The reason for parts of a line that never ended. */
export const unfinishedLine = 'is a part of a longer line, whose end is not in the log';

/**
 * Creates a reader that joins the parts of lines. If the last part is a request by itself, it is a line of another container,
 * and the parts before it are those of a line that does not end.
 */
export function createWholeLineReader(reader: LogReader): WholeLineReader {
  const joiner = createPartJoiner();
  let hasUnfinished = false;
  return {
    read(text) {
      const joined = joiner.join(text);
      if (joined.kind !== 'line') return joined;
      if (joined.isJoined) {
        const own = reader.read(text);
        if (own.kind === 'request') {
          hasUnfinished = true;
          return { kind: 'line', content: own, isJoined: false };
        }
      }
      return { kind: 'line', content: reader.read(joined.text), isJoined: joined.isJoined };
    },
    skipLine() {
      joiner.skipLine();
    },
    endLog() {
      const isUnfinished = joiner.endLog() || hasUnfinished;
      hasUnfinished = false;
      return isUnfinished;
    },
  };
}
