import { createHash } from 'node:crypto';
import { createBlockCutter } from '../block-cutter.ts';
import { keyOf } from '../deliver-pieces.ts';
import { maxLineBytes, type Line } from '../input/split-lines.ts';
import type { LogCutter } from '../log-cutter.ts';
import type { Piece } from '../pieces.ts';
import type { ReadLine } from '../read-line.ts';
import { UnknownFormat } from './formats/detect-format.ts';
import type { LineFormat } from './formats/line-format.ts';

/**
 * The scheme of `ship` up to version 0.2: the id of a log is a hash of its first line, whatever that is; the first lines decide
 * the format of all; and an entry has no facts. A log that was begun so goes on so, because any other key or entry would count
 * its lines again. Nothing in this directory may change.
 */
export interface EarlierScheme {
  readonly source: string;
  /** @throws UnknownFormat  no format has lines like these */
  readonly chooseFormat: (firstLines: readonly string[]) => LineFormat;
  readonly now: () => number;
  /** Called for every line, in order, with its content. */
  readonly onLine: (read: ReadLine) => void;
}

/** A log as the earlier scheme would send it. */
export interface EarlierLog {
  /** The key of the first batch; `undefined` if no line so far has an entry. */
  readonly firstKey: string | undefined;
  /** Cuts the log from its first line. */
  readonly cut: () => LogCutter;
}

/** The first lines with content that decide the format of a log. */
const linesToDetect = 50;

/**
 * Looks at the first lines of a log as the earlier scheme did.
 * @param isAllForNow  no more lines have been read
 * @returns `undefined` where it needs more lines; `'unknown'` where it would not have understood the log
 */
export function findEarlierLog(
  lines: readonly Line[],
  isAllForNow: boolean,
  scheme: EarlierScheme,
): EarlierLog | 'unknown' | undefined {
  const texts = lines.flatMap((line) => {
    const text = earlierText(line) ?? '';
    return text.trim() === '' ? [] : [text];
  });
  const firstLine = texts.find((text) => !text.startsWith('#'));
  if (firstLine === undefined || (!isAllForNow && texts.length < linesToDetect)) return undefined;
  const logId = idOfLog(scheme.source, firstLine);
  const formatOf = () => scheme.chooseFormat(texts.slice(0, linesToDetect));
  try {
    const looking = cutterOf(logId, formatOf(), scheme.now, () => {});
    const pieces = [...looking.take(lines), ...looking.takeRest(false)];
    const first = pieces.find(({ entries }) => entries.length > 0);
    return {
      firstKey: first === undefined ? undefined : keyOf(first.block, first.block.start),
      cut: () => cutterOf(logId, formatOf(), scheme.now, scheme.onLine),
    };
  } catch (error) {
    if (error instanceof UnknownFormat) return 'unknown';
    throw error;
  }
}

function cutterOf(
  logId: string,
  format: LineFormat,
  now: () => number,
  onLine: (read: ReadLine) => void,
): LogCutter {
  const cutter = createBlockCutter({ logId, origin: 0 }, now);
  const add = (line: Line): Piece[] => {
    const read = readLine(earlierText(line), format);
    onLine(read);
    const piece = cutter.add(line, read);
    return piece === undefined ? [] : [piece];
  };
  return {
    take: (lines) => lines.flatMap(add),
    takeRest: (isBlockEnd) => [cutter.takeRest(isBlockEnd)],
    waitingSince: () => cutter.waitingSince(),
    endLog: () => {},
  };
}

function readLine(text: string | undefined, format: LineFormat): ReadLine {
  if (text === undefined) return { reason: 'is longer than 64 KiB', isUnderstood: true };
  const read = text.trim() === '' ? undefined : format.read(text);
  if (read?.entry === undefined) return read === undefined ? undefined : { ...read, isUnderstood: true };
  const { entry } = read;
  return { entry, hasStatus: entry.status !== undefined, hasUserAgent: entry.userAgent !== '' };
}

/** Returns the text of a line with its null bytes, as the earlier scheme had it; `undefined` where that was too long. */
function earlierText({ text, nulls, start, end, isTerminated }: Line): string | undefined {
  if (text === undefined || end - start - (isTerminated ? 1 : 0) > maxLineBytes) return undefined;
  return nulls === 0 ? text : '\0'.repeat(nulls) + text;
}

function idOfLog(source: string, firstLine: string): string {
  const text = JSON.stringify([source, firstLine]);
  return `ship-1-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
