import type { Line } from './input/split-lines.ts';
import type { Block, LocatedEntry, Piece } from './pieces.ts';
import type { ReadLine } from './read-line.ts';

/** A cutter of the lines of one log into blocks. */
export interface BlockCutter {
  /**
   * Adds a line and its content.
   * @returns the last piece of the block that ends before the line, if one ends there
   */
  add(line: Line, read: ReadLine): Piece | undefined;
  /** Returns the entries of the last block that no piece has had yet, perhaps none. */
  takeRest(isBlockEnd: boolean): Piece;
  /** Returns the instant since when the first of them has waited, if there are any. */
  waitingSince(): number | undefined;
}

/**
 * Maximum number of lines of a block; bytes have a limit as well. An entry takes at most six times the bytes of its line
 * and 200 more, so a block is always below 2 MiB; and a batch of so few entries cannot have too many windows.
 */
const maxBlockLines = 1_000;
const maxBlockBytes = 307_200;

/** @param log  the id of the log, and the offset of its first byte */
export function createBlockCutter(log: Pick<Block, 'logId' | 'origin'>, now: () => number): BlockCutter {
  let block: Block = { ...log, start: log.origin };
  let lines = 0;
  let bytes = 0;
  let entries: LocatedEntry[] = [];
  let since = 0;

  const takeRest = (isBlockEnd: boolean): Piece => {
    const piece = { block, entries, isBlockEnd };
    entries = [];
    return piece;
  };

  return {
    add(line, read) {
      // Count lines and bytes as they are in the log, so that no option can move a bound.
      const lineBytes = line.end - line.start;
      const isFull = lines > 0 && (lines === maxBlockLines || bytes + lineBytes > maxBlockBytes);
      const piece = isFull ? takeRest(true) : undefined;
      if (isFull) {
        block = { ...log, start: line.start };
        lines = 0;
        bytes = 0;
      }
      lines += 1;
      bytes += lineBytes;
      if (read?.entry !== undefined) {
        if (entries.length === 0) since = now();
        entries.push({ entry: read.entry, end: line.end });
      }
      return piece;
    },
    takeRest,
    waitingSince: () => (entries.length === 0 ? undefined : since),
  };
}
