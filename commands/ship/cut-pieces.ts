import type { LogReader } from '../../lib/domain/log-formats/log-reader.ts';
import type { EntryOptions } from '../../lib/domain/log-formats/entry-of-request.ts';
import { cutLogs } from './cut-logs.ts';
import { findEarlierLog, type EarlierScheme } from './earlier-scheme/cut-earlier-log.ts';
import { elementsOf } from './elements-of-line.ts';
import { createLineSplitter, type Line } from './input/split-lines.ts';
import type { LogCutter } from './log-cutter.ts';
import { UnreadableLog, type Log } from './log.ts';
import type { Piece } from './pieces.ts';
import { createLineReader, type ReadLine } from './read-line.ts';

export interface CuttingOptions {
  /** A part of the ids of logs that distinguishes logs with the same first entry. */
  readonly source: string;
  readonly reading: EntryOptions;
  /** Creates a reader for the lines of one log. */
  readonly createReader: () => LogReader;
  /** Chooses the format of the lines in the earlier scheme. */
  readonly chooseEarlierFormat: EarlierScheme['chooseFormat'];
  /** Returns whether the pipeline has a batch with this key. */
  readonly wasSent: (idempotencyKey: string) => Promise<boolean>;
  /** Called where a log goes on under the earlier scheme. */
  readonly onEarlierLog?: ((name: string) => void) | undefined;
  /** The longest time that an entry of a growing log waits for others. */
  readonly flushAfterMilliseconds: number;
  readonly now: () => number;
}

/** Number of lines within which a log that the earlier scheme sent is recognised. */
const maxLinesHeld = 20_000;

/**
 * Reads a log into the pieces of its blocks. A block comes in one piece, except the last block of a growing log: entries
 * that have waited long enough come as a piece, and the rest of the block as others. `deliverPieces` explains why that is
 * harmless.
 *
 * Before anything is sent, it asks whether an earlier version of `ship` has sent this log: then the log goes on under its
 * scheme.
 * @param onLine  called for every line, in order, with its content
 */
export async function* cutPieces(
  log: Log,
  options: CuttingOptions,
  onLine: (read: ReadLine) => void,
): AsyncGenerator<Piece> {
  const { source, reading, createReader, flushAfterMilliseconds, now } = options;
  const splitter = createLineSplitter();
  const earlier = { source, chooseFormat: options.chooseEarlierFormat, now, onLine };
  let cutter: LogCutter | undefined;
  let held: Line[] = [];
  /** The number of lines in which a quiet log had nothing to send. */
  let looked = 0;

  const createCutter = (): LogCutter => {
    return cutLogs({ source, now, reader: createLineReader(createReader(), reading), onLine });
  };
  /** Returns whether there is something to send. */
  const hasEntry = (): boolean => {
    const reader = createLineReader(createReader(), reading);
    return held.some((line) =>
      elementsOf(line).some(({ text = '' }) => reader.read(text)?.entry !== undefined),
    );
  };
  /** Decides under which scheme the log goes on, as soon as its lines allow that, and no sooner than it has an entry. */
  const decide = async (isAllForNow: boolean, isEnd: boolean): Promise<LogCutter | undefined> => {
    const isEnough = isEnd || held.length >= maxLinesHeld;
    const found = findEarlierLog(held, isAllForNow || isEnough, earlier);
    if (found === undefined && !isEnough) return undefined;
    if (found === 'unknown' && !isAllForNow) return createCutter();
    if (found === undefined || found === 'unknown' || found.firstKey === undefined) {
      return isEnough || (isAllForNow && hasEntry()) ? createCutter() : undefined;
    }
    if (!(await options.wasSent(found.firstKey))) return createCutter();
    options.onEarlierLog?.(log.name);
    return found.cut();
  };
  const cut = async (lines: readonly Line[], isAllForNow: boolean, isEnd = false): Promise<Piece[]> => {
    if (cutter !== undefined) return cutter.take(lines);
    for (const line of lines) held.push(line);
    // A quiet log without anything to send stays as it is.
    if (held.length === 0 || (lines.length === 0 && held.length === looked && !isEnd)) return [];
    looked = isAllForNow ? held.length : 0;
    cutter = await decide(isAllForNow, isEnd);
    if (cutter === undefined) return [];
    const pieces = cutter.take(held);
    held = [];
    return pieces;
  };

  let failure: UnreadableLog | undefined;
  try {
    for await (const event of log.events) {
      switch (event.kind) {
        case 'bytes':
          yield* await cut(splitter.push(event.bytes), false);
          break;
        case 'quiet': {
          yield* await cut([], true);
          const since = cutter?.waitingSince();
          if (since !== undefined && now() - since >= flushAfterMilliseconds) yield* restOf(cutter, false);
          break;
        }
        case 'member-end':
          // Some programs compress a log in parts, and cut lines in two.
          if (!splitter.isInLine()) {
            yield* await cut([], true, true);
            cutter?.endLog();
          }
          break;
        case 'end':
          yield* await cut(splitter.rest(), true, true);
          cutter?.endLog();
          yield* restOf(cutter, true);
          return;
      }
    }
  } catch (error) {
    // Such as the end of a compressed file that was cut off: what was read before counts.
    if (!(error instanceof UnreadableLog)) throw error;
    failure = error;
  }
  // Reading ended before the log. Text without a line feed may be half a line.
  yield* await cut([], true);
  yield* restOf(cutter, false);
  if (failure !== undefined) throw failure;
}

function restOf(cutter: LogCutter | undefined, isBlockEnd: boolean): Piece[] {
  return cutter?.takeRest(isBlockEnd) ?? [];
}
