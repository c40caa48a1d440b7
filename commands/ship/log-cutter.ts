import type { Line } from './input/split-lines.ts';
import type { Piece } from './pieces.ts';

/** A cutter of the lines of a stream into the pieces of its logs. */
export interface LogCutter {
  /** Returns the last pieces of the blocks that end in these lines. */
  take(lines: readonly Line[]): Piece[];
  /** Returns the entries that no piece has had yet. */
  takeRest(isBlockEnd: boolean): Piece[];
  /** Returns the time since when the first of them waits, if there are any. */
  waitingSince(): number | undefined;
  /** Says that the log has ended: the next entry is the first one of another log. */
  endLog(): void;
}
