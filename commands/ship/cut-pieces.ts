import { createHash } from 'node:crypto';
import { createBlockCutter, type BlockCutter } from './block-cutter.ts';
import type { LineFormat, ReadLine } from './formats/line-format.ts';
import { createLineSplitter, type Line } from './input/split-lines.ts';
import type { Log } from './log.ts';
import type { Piece } from './pieces.ts';

export interface CuttingOptions {
  /** A part of the ids of logs that distinguishes logs with the same first line. */
  readonly source: string;
  /** @throws UnknownFormat  no format has lines like these */
  readonly chooseFormat: (firstLines: readonly string[]) => LineFormat;
  /** The longest time that an entry of a growing log waits for others. */
  readonly flushAfterMilliseconds: number;
  readonly now: () => number;
}

/** The first lines with content that decide the format of a log. */
const linesToDetect = 50;
/** A text without content in this many lines is not a log. */
const maxLinesHeld = 1_000;

/**
 * Reads a log into the pieces of its blocks. A block comes in one piece, except the last block of a growing log: entries
 * that have waited long enough come as a piece, and the rest of the block as others. `deliverPieces` explains why that is
 * harmless.
 * @param onLine  called for every line, in order, with its content
 * @throws UnknownFormat
 */
export async function* cutPieces(
  log: Log,
  { source, chooseFormat, flushAfterMilliseconds, now }: CuttingOptions,
  onLine: (read: ReadLine) => void,
): AsyncGenerator<Piece> {
  const splitter = createLineSplitter();
  let cutter: BlockCutter | undefined;
  let held: Line[] = [];

  const cut = (lines: readonly Line[], isAllForNow: boolean): Piece[] => {
    if (cutter !== undefined) return cutter.take(lines);
    held.push(...lines);
    const texts = held.flatMap(({ text = '' }) => (text.trim() === '' ? [] : [text]));
    const firstEntry = texts.find((text) => !text.startsWith('#'));
    const isEnough = firstEntry !== undefined && (isAllForNow || texts.length >= linesToDetect);
    if (!isEnough && held.length < maxLinesHeld) return [];
    const format = chooseFormat(texts.slice(0, linesToDetect));
    cutter = createBlockCutter(idOfLog(source, firstEntry ?? ''), format, now, onLine);
    const pieces = cutter.take(held);
    held = [];
    return pieces;
  };

  for await (const event of log.events) {
    switch (event.kind) {
      case 'bytes':
        yield* cut(splitter.push(event.bytes), false);
        break;
      case 'quiet': {
        yield* cut([], true);
        const since = cutter?.waitingSince();
        if (since !== undefined && now() - since >= flushAfterMilliseconds) yield* restOf(cutter, false);
        break;
      }
      case 'end':
        yield* cut(splitter.rest(), true);
        yield* restOf(cutter, true);
        return;
    }
  }
  // Reading was stopped. Text without a line feed may be half a line.
  yield* cut([], true);
  yield* restOf(cutter, false);
}

function restOf(cutter: BlockCutter | undefined, isBlockEnd: boolean): Piece[] {
  return cutter === undefined ? [] : [cutter.takeRest(isBlockEnd)];
}

/** Returns an id from the content, not from the name, because rotation renames and compresses logs. */
function idOfLog(source: string, firstLine: string): string {
  const text = JSON.stringify([source, firstLine]);
  return `ship-1-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
