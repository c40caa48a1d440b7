import type { KeySearch } from '../../domain/counts-text/find-keys.ts';
import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import { minutesOfLocalWindow } from '../../domain/local-window.ts';
import { pathSearch, PathSum, pathWindowOf, type PathWindow } from '../../domain/path-window.ts';
import { saturatedSum } from '../../domain/sums.ts';
import type { TimeZone } from '../../domain/time-zone.ts';
import type { WindowSize, WindowStart } from '../../domain/window.ts';
import type { WindowRange } from '../../ports/window-reader.ts';
import { localWindows } from './local-windows.ts';
import { countingReader, exceeds, type RangeReader, type ReadWork } from './read-work.ts';
import type { QueryPorts } from './query.ts';

/** Windows to read of one path: those with `from ≤ windowStart < to`. */
export interface PathSeriesQuery extends WindowRange {
  /** A counted path with its method; one that begins with `/` means any method. */
  readonly path: string;
  /** Zone of hours and days; `undefined` for those of UTC. */
  readonly zone: TimeZone | undefined;
  /** Maximum number of windows. */
  readonly limit: number;
  readonly allowedLatenessSeconds: number;
}

/** A window as it is answered. */
export interface AnsweredPathWindow extends PathWindow {
  readonly windowSize: WindowSize;
  /** It holds all that was accepted for it, and ended long ago; late data can still raise the counts. */
  readonly complete: boolean;
}

export interface PathSeriesPage extends Pick<AnswerProgress, 'countedThrough' | 'waiting'> {
  /** Windows with requests of the path. */
  readonly windows: readonly AnsweredPathWindow[];
  /** Requests, and errors, of unknown paths in all windows that were read for this page. */
  readonly folded: number;
  readonly foldedErrors: number;
  /** The last window that was read, where there may be more behind it. */
  readonly lastWindow: WindowStart | undefined;
}

/**
 * Limits of the work for a page. It ends after the window that reaches one of them, even if no window had the path. 4,000
 * hours are 166 days, and more local days than that where they are composed of days of UTC; 256 MiB take about a second.
 */
const maxWork: ReadWork = { windows: 4_000, bytes: 256 * 1_024 * 1_024 };
const windowsInFlight = 16;

/** Reads the counts of one path, window by window in the order of time; windows without its requests are left out. */
export async function pathSeries(
  query: PathSeriesQuery,
  { reader, progress }: QueryPorts,
): Promise<PathSeriesPage> {
  const { windowSize, zone, limit, allowedLatenessSeconds } = query;
  // Asked before the windows are read, so that they hold everything that does not wait at this moment.
  const counted = progressFor(
    await progress.of(query.customerId),
    windowSize !== 'minute',
    allowedLatenessSeconds,
  );
  const work: ReadWork = { windows: 0, bytes: 0 };
  const windows: AnsweredPathWindow[] = [];
  let [folded, foldedErrors] = [0, 0];
  let lastWindow: WindowStart | undefined;
  const { countedThrough, waiting } = counted;
  for await (const window of windowsOf(query, countingReader(reader, work))) {
    if (lastWindow !== undefined && (windows.length === limit || exceeds(work, maxWork))) {
      return { countedThrough, waiting, windows, folded, foldedErrors, lastWindow };
    }
    folded = saturatedSum(folded, window.folded);
    foldedErrors = saturatedSum(foldedErrors, window.foldedErrors);
    lastWindow = window.windowStart;
    if (window.requests > 0) {
      const complete = counted.isComplete(minutesOfLocalWindow(window.windowStart, windowSize, zone));
      windows.push({ ...window, windowSize, complete });
    }
  }
  return { countedThrough, waiting, windows, folded, foldedErrors, lastWindow: undefined };
}

function windowsOf(query: PathSeriesQuery, reader: RangeReader): AsyncIterable<PathWindow> {
  const { windowSize, zone, path } = query;
  const search = pathSearch(path);
  if (zone === undefined || windowSize === 'minute') return pathWindows(query, search, reader);
  const range = { ...query, windowSize, zone };
  return localWindows(range, reader, windowsInFlight, () => new PathSum(search));
}

async function* pathWindows(
  range: WindowRange,
  search: KeySearch,
  reader: RangeReader,
): AsyncGenerator<PathWindow> {
  for await (const window of reader.windows(range, windowsInFlight)) yield pathWindowOf(window, search);
}
