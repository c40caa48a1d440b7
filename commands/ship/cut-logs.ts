import { createHash } from 'node:crypto';
import { minuteOfInstant } from '../../lib/domain/timestamp.ts';
import { createBlockCutter, type BlockCutter } from './block-cutter.ts';
import { elementsOf } from './elements-of-line.ts';
import type { Line } from './input/split-lines.ts';
import type { LogCutter } from './log-cutter.ts';
import type { Piece } from './pieces.ts';
import { createTornLineCheck } from './torn-line.ts';
import type { LineReader, ReadLine } from './read-line.ts';

/** If times go back by more minutes, another log begins: servers write lines almost in order. */
const maxMinutesBack = 60;
/** If times go forward by more minutes, another log may begin. */
const maxMinutesForward = 360;
/** A stream in no order at all must not become a log a line. */
const logsForFree = 32;
const linesPerLog = 50;

const fieldsDirective = '#Fields:';

export interface LogCutting {
  /** A part of the ids of logs that distinguishes logs with the same first entry. */
  readonly source: string;
  readonly now: () => number;
  readonly reader: LineReader;
  /** Called for every line, in order, with its content. */
  readonly onLine: (read: ReadLine) => void;
}

/**
 * Cuts a stream into its logs and their blocks. The id of a log is a hash of its first entry's line, not of what precedes it,
 * such as the banner of a container. A log ends where `endLog` says so, where a W3C log names its fields again, and where
 * times jump: so logs that come one after the other in a stream have the ids that they have as files, wherever that can be
 * known.
 */
export function cutLogs({ source, now, reader, onLine }: LogCutting): LogCutter {
  const isTorn = createTornLineCheck();
  const logCounts = new Map<string, number>();
  let cutter: BlockCutter | undefined;
  let isNext = true;
  let lastMinute: number | undefined;
  let lines = 0;
  let logs = 0;

  const startLog = (line: Line): BlockCutter => {
    const text = line.text ?? '';
    // Where a stream has two logs with the same first entry, they are two.
    const count = logCounts.get(text) ?? 0;
    logCounts.set(text, count + 1);
    logs += 1;
    isNext = false;
    return createBlockCutter({ logId: idOfLog(source, text, count), origin: line.start }, now);
  };
  const jumps = (minute: number): boolean =>
    lastMinute !== undefined &&
    (lastMinute - minute > maxMinutesBack || minute - lastMinute > maxMinutesForward) &&
    logs < logsForFree + lines / linesPerLog;

  /** Adds a line, and the pieces that end before it. */
  const add = (line: Line, pieces: Piece[]): void => {
    lines += 1;
    const content = readWhole(line);
    onLine(content);
    if (line.text?.startsWith(fieldsDirective) === true) isNext = true;
    const minute = content?.entry === undefined ? undefined : minuteOfInstant(content.entry.receivedAt);
    if (minute !== undefined) {
      const isOther = cutter !== undefined && (isNext || jumps(minute));
      if (isOther) pieces.push(...restOf(cutter));
      if (cutter === undefined || isOther) cutter = startLog(line);
      lastMinute = minute;
    }
    const piece = cutter?.add(line, content);
    if (piece !== undefined) pieces.push(piece);
  };
  const readWhole = (line: Line): ReadLine => {
    const { text } = line;
    if (text === undefined) return reader.skipLine();
    if (text.trim() === '') return undefined;
    const content = reader.read(text);
    if (content?.entry === undefined) return content;
    // The last part of a line has another form than whole lines.
    if (content.isJoined === true ? !line.isTerminated : isTorn(line)) {
      return { reason: 'may not be complete: no line feed ends it', isUnderstood: true };
    }
    return content;
  };

  return {
    take(some) {
      const pieces: Piece[] = [];
      for (const line of some) for (const element of elementsOf(line)) add(element, pieces);
      return pieces;
    },
    takeRest: (isBlockEnd) => restOf(cutter, isBlockEnd),
    waitingSince: () => cutter?.waitingSince(),
    endLog() {
      const unfinished = reader.endLog();
      if (unfinished !== undefined) onLine(unfinished);
      isNext = true;
    },
  };
}

function restOf(cutter: BlockCutter | undefined, isBlockEnd = true): Piece[] {
  return cutter === undefined ? [] : [cutter.takeRest(isBlockEnd)];
}

/** Returns an id from the content, not from the name, because rotation renames and compresses logs. */
function idOfLog(source: string, firstEntry: string, count: number): string {
  const text = JSON.stringify(count === 0 ? [source, firstEntry] : [source, firstEntry, count]);
  return `ship-2-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
