import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import { pathWindowOf, wantedPath, type PathWindow } from '../../domain/path-window.ts';
import { saturatedSum } from '../../domain/sums.ts';
import { minutesOfWindow, type WindowSize, type WindowStart } from '../../domain/window.ts';
import type { ServedWindow, WindowRange } from '../../ports/window-reader.ts';
import type { QueryPorts } from './query.ts';

/** Windows to read of one path: those with `from ≤ windowStart < to`. */
export interface PathSeriesQuery extends WindowRange {
  /** A counted path with its method; one that begins with `/` means any method. */
  readonly path: string;
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
  /** The last window that was read, where there are more behind it. */
  readonly lastWindow: WindowStart | undefined;
}

/**
 * Limits of the work for a page, which ends after the window that reaches one of them, even if no window had the path. 4,000
 * hours are 166 days.
 */
const maxWindowsRead = 4_000;
const maxBytesRead = 256 * 1_024 * 1_024;
const windowsInFlight = 16;

/** Reads the counts of one path, window by window in the order of time; windows without its requests are left out. */
export async function pathSeries(
  query: PathSeriesQuery,
  { reader, progress }: QueryPorts,
): Promise<PathSeriesPage> {
  const { windowSize, limit, allowedLatenessSeconds } = query;
  // Asked before the windows are read, so that they hold everything that does not wait at this moment.
  const counted = progressFor(
    await progress.of(query.customerId),
    windowSize !== 'minute',
    allowedLatenessSeconds,
  );
  const { countedThrough, waiting } = counted;
  const wanted = wantedPath(query.path);
  const windows: AnsweredPathWindow[] = [];
  let folded = 0;
  let foldedErrors = 0;
  let windowsRead = 0;
  let bytesRead = 0;
  let lastWindow: WindowStart | undefined;
  for await (const served of reader.windows(query, windowsInFlight)) {
    if (windows.length === limit || windowsRead >= maxWindowsRead || bytesRead >= maxBytesRead) {
      return { countedThrough, waiting, windows, folded, foldedErrors, lastWindow };
    }
    windowsRead += 1;
    bytesRead += bytesOf(served);
    lastWindow = served.windowStart;
    const window = pathWindowOf(served, wanted);
    folded = saturatedSum(folded, window.folded);
    foldedErrors = saturatedSum(foldedErrors, window.foldedErrors);
    if (window.requests === 0) continue;
    const complete = counted.isComplete(minutesOfWindow(window.windowStart, windowSize));
    windows.push({ ...window, windowSize, complete });
  }
  return { countedThrough, waiting, windows, folded, foldedErrors, lastWindow: undefined };
}

/** Returns how many bytes of a window are read, about. */
function bytesOf({ counts }: ServedWindow): number {
  return counts.requestsByPath.json.length + counts.requestsByUserAgent.json.length;
}
