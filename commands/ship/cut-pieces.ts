import { createHash } from 'node:crypto';
import { createBlockCutter, type BlockCutter } from './block-cutter.ts';
import type { LineFormat, ReadLine } from './formats/line-format.ts';
import { createLineSplitter, type Line } from './input/split-lines.ts';
import type { Log } from './log.ts';
import type { Piece } from './pieces.ts';

export interface CuttingOptions {
  /** Goes into the ids of logs, to tell apart those that begin with the same line. */
  readonly source: string;
  /** @throws UnknownFormat  none has lines like these */
  readonly chooseFormat: (firstLines: readonly string[]) => LineFormat;
  /** How long an entry of a log that grows may wait for others. */
  readonly flushAfterMilliseconds: number;
  readonly now: () => number;
}

/** So many lines that say something decide what format a log has, if they are there. */
const linesToDetect = 50;
/** What says nothing for so many lines is no log. */
const maxLinesHeld = 1_000;

/**
 * Reads a log into the pieces of its blocks. A block comes in one piece, but for the last one of a log that grows: what
 * has waited long enough there comes as a piece, and the rest of the block as others. `deliverPieces` says why that is
 * no harm.
 * @param onLine  called for every line, in their order, with what it says
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
  // The reading was stopped. What has not ended with a line feed may be half a line.
  yield* cut([], true);
  yield* restOf(cutter, false);
}

function restOf(cutter: BlockCutter | undefined, isBlockEnd: boolean): Piece[] {
  return cutter === undefined ? [] : [cutter.takeRest(isBlockEnd)];
}

/** By the content and not by the name, as logs are renamed and compressed when they are rotated. */
function idOfLog(source: string, firstLine: string): string {
  const text = JSON.stringify([source, firstLine]);
  return `ship-1-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
