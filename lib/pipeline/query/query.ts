import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import { countsText, readCountsText, type CountsTexts } from '../../domain/counts-text.ts';
import { mapDimensions } from '../../domain/dimensions.ts';
import { keepLargest, otherKey, type FoldingLimits } from '../../domain/folding.ts';
import { minutesOfLocalWindow } from '../../domain/local-window.ts';
import { ServedSum } from '../../domain/served-sum.ts';
import { addMeasures, emptyMeasures } from '../../domain/measures.ts';
import { fromStoredMeasures, toStoredMeasures } from '../../domain/stored-measures.ts';
import type { TimeZone } from '../../domain/time-zone.ts';
import type { WindowSize, WindowStart } from '../../domain/window.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { ServedWindow, WindowRange } from '../../ports/window-reader.ts';
import { localWindows, type WindowSum } from './local-windows.ts';
import { countingReader, exceeds, type RangeReader, type ReadWork } from './read-work.ts';

export interface QueryPorts {
  readonly reader: RangeReader;
  readonly progress: CountingProgress;
}

export interface LocalTime {
  readonly zone: TimeZone;
  /** Number of keys that a window composed of others keeps. */
  readonly foldingLimits: FoldingLimits;
}

/** Range of windows: those with `from ≤ windowStart < to`. */
export interface WindowQuery extends WindowRange {
  /** Maximum number of windows. */
  readonly limit: number;
  /** Maximum number of keys of each dimension. */
  readonly top: number | undefined;
  /** Local hours and days in place of those of UTC. Minutes are the same everywhere. */
  readonly local?: LocalTime | undefined;
  readonly allowedLatenessSeconds: number;
}

/** A window as it is sent. */
export interface SentWindow {
  /** Bytes of the answer that the window takes. */
  readonly bytesSent: number;
}

/** A window as it is answered. */
export interface AnsweredWindow extends ServedWindow {
  readonly windowSize: WindowSize;
  /** It holds all that was accepted for it, and ended long ago; late data can still raise `revision`. */
  readonly complete: boolean;
}

/** Facts that a whole answer states about itself. */
type Said = Pick<AnswerProgress, 'countedThrough' | 'waiting'>;

export interface WindowPage<Sent> extends Said {
  readonly windows: readonly Sent[];
  /** The last window of this page, where there are more behind it. */
  readonly lastWindow: WindowStart | undefined;
}

/** A page ends before the window that would make it longer than this; Lambda answers at most 6 MiB. */
const pageBytes = 4 * 1_024 * 1_024;
const windowsInFlight = 16;
/** A page also ends after reading this much of stored windows: half a year of local days that are read by the hour. */
const maxStored: ReadWork = { windows: 4_416, bytes: 256 * 1_024 * 1_024 };

/**
 * Reads the windows that a customer has in a range, in the order of time; windows without requests are absent.
 * @param send  writes a window as it is sent, so that a page can end in time
 */
export async function query<Sent extends SentWindow>(
  query: WindowQuery,
  { reader, progress }: QueryPorts,
  send: (window: AnsweredWindow, said: Said) => Sent,
): Promise<WindowPage<Sent>> {
  // Asked before the windows are read, so that they hold everything that does not wait at this moment.
  const counted = progressFor(
    await progress.of(query.customerId),
    query.windowSize !== 'minute',
    query.allowedLatenessSeconds,
  );
  const { countedThrough, waiting } = counted;
  const windows: Sent[] = [];
  let lastWindow: WindowStart | undefined;
  let bytes = 0;
  const work: ReadWork = { windows: 0, bytes: 0 };
  for await (const served of windowsOf(query, reader, work)) {
    const window = send(answer(served, query, counted), counted);
    const isFull =
      windows.length === query.limit || bytes + window.bytesSent > pageBytes || exceeds(work, maxStored);
    if (isFull && windows.length > 0) return { countedThrough, waiting, windows, lastWindow };
    windows.push(window);
    lastWindow = served.windowStart;
    bytes += window.bytesSent;
  }
  return { countedThrough, waiting, windows, lastWindow: undefined };
}

function windowsOf(query: WindowQuery, reader: RangeReader, work: ReadWork): AsyncIterable<ServedWindow> {
  const { windowSize, local } = query;
  if (local !== undefined && windowSize !== 'minute') {
    const range = { ...query, zone: local.zone, windowSize };
    return localWindows(range, countingReader(reader, work), windowsInFlight, () => sumOf(query.top, local));
  }
  return reader.windows(query, Math.min(windowsInFlight, query.limit + 1));
}

function sumOf(top: number | undefined, { foldingLimits }: LocalTime): WindowSum<ServedWindow> {
  const sum = new ServedSum(foldingLimits);
  return {
    add: (part) => sum.add(part),
    addDay: (parts) => sum.addDay(parts),
    window: (windowStart) => sum.window(windowStart, top),
  };
}

function answer(
  window: ServedWindow,
  { windowSize, top, local, fields }: WindowQuery,
  counted: AnswerProgress,
): AnsweredWindow {
  const hasPaths = fields === undefined || fields.has('requestsByPath');
  // A sum has no more keys than that.
  const isSum = local !== undefined && windowSize !== 'minute';
  const kept = top === undefined || isSum ? window : withLargest(window, top, hasPaths);
  const { windowStart } = window;
  const complete = counted.isComplete(minutesOfLocalWindow(windowStart, windowSize, local?.zone));
  return { ...kept, windowSize, complete };
}

function withLargest(window: ServedWindow, top: number, hasPaths: boolean): ServedWindow {
  const counts: CountsTexts = mapDimensions((field) =>
    countsText(keepLargest(readCountsText(window.counts[field]), top)),
  );
  const kept = { ...window, counts, errorsOfPaths: undefined }; // its places were those of all paths
  if (window.measures === undefined || !hasPaths) return kept;
  const requestsByPath = readCountsText(counts.requestsByPath);
  const folded = emptyMeasures();
  const all = fromStoredMeasures(window.measures, readCountsText(window.counts.requestsByPath));
  addMeasures(folded, all, (path) => (requestsByPath.has(path) ? path : otherKey));
  const measures = toStoredMeasures(folded, [...requestsByPath.keys()], requestsByPath);
  return { ...kept, measures };
}
