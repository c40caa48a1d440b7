import type { LineFormat, ReadLine } from './formats/line-format.ts';
import type { Line } from './input/split-lines.ts';
import type { LocatedEntry, Piece } from './pieces.ts';

/** A cutter of the lines of one log into blocks. */
export interface BlockCutter {
  /** Returns the last pieces of the blocks that end in these lines. */
  take(lines: readonly Line[]): Piece[];
  /** Returns the entries of the last block that no piece has had yet, perhaps none. */
  takeRest(isBlockEnd: boolean): Piece;
  /** Returns the instant since when the first of them has waited, if there are any. */
  waitingSince(): number | undefined;
}

/**
 * Maximum number of lines of a block; bytes have a limit as well. An entry takes at most six times the bytes of its line
 * and 110 more, so a block is always below the 2 MiB of a batch; and a batch of so few entries cannot have too many
 * windows.
 */
const maxBlockLines = 1_000;
const maxBlockBytes = 307_200;

/** @param onLine  called for every line, in order, with its content */
export function createBlockCutter(
  logId: string,
  format: LineFormat,
  now: () => number,
  onLine: (read: ReadLine) => void,
): BlockCutter {
  let block = { logId, start: 0 };
  let lines = 0;
  let bytes = 0;
  let entries: LocatedEntry[] = [];
  let since = 0;

  const takeRest = (isBlockEnd: boolean): Piece => {
    const piece = { block, entries, isBlockEnd };
    entries = [];
    return piece;
  };
  const add = (line: Line): void => {
    lines += 1;
    bytes += line.end - line.start;
    const read = readLine(line, format);
    onLine(read);
    if (read?.entry === undefined) return;
    if (entries.length === 0) since = now();
    entries.push({ entry: read.entry, end: line.end });
  };

  return {
    take(some) {
      const pieces: Piece[] = [];
      for (const line of some) {
        // Count lines and bytes as they are in the log, so that no option can move a bound.
        const isFull = lines === maxBlockLines || bytes + line.end - line.start > maxBlockBytes;
        if (isFull && lines > 0) {
          pieces.push(takeRest(true));
          block = { logId, start: line.start };
          lines = 0;
          bytes = 0;
        }
        add(line);
      }
      return pieces;
    },
    takeRest,
    waitingSince: () => (entries.length === 0 ? undefined : since),
  };
}

function readLine({ text }: Line, format: LineFormat): ReadLine {
  if (text === undefined) return { reason: 'is longer than 64 KiB' };
  return text.trim() === '' ? undefined : format.read(text);
}
