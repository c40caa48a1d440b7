import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { countsToJson, mapDimensions, type CountsJson } from '../../domain/dimensions.ts';
import { keepLargest } from '../../domain/folding.ts';
import type { RolledUpWindow } from '../../domain/roll-up.ts';
import { minutesOfWindow, type WindowSize, type WindowStart } from '../../domain/window.ts';
import type { MinuteCounts } from '../../domain/window-aggregate.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { windowsInRange, type WindowsInRange } from './windows-in-range.ts';

export interface QueryPorts {
  readonly store: ObjectStore;
  readonly progress: CountingProgress;
}

/** Which windows are asked for: those with `from ≤ windowStart < to`. */
export interface WindowQuery extends WindowsInRange {
  /** At most so many windows. */
  readonly limit: number;
  /** Keep only so many keys of each dimension. */
  readonly top: number | undefined;
  readonly allowedLatenessSeconds: number;
  /** How long a window is as it is sent, so that a page can end in time. */
  readonly bytesOf: (window: AnsweredWindow) => number;
}

/** A window as it is answered. */
export interface AnsweredWindow extends CountsJson {
  readonly customerId: CustomerId;
  readonly windowSize: WindowSize;
  readonly windowStart: WindowStart;
  readonly requests: number;
  /** In minutes only: a batch can have entries in many of them. */
  readonly batches?: number;
  readonly revision: number;
  readonly lateRequests: number;
  /** It holds all that was accepted for it, and ended long ago; late data can still raise `revision`. */
  readonly complete: boolean;
  readonly updatedAt: string;
}

export interface WindowPage extends Pick<AnswerProgress, 'countedThrough' | 'waiting'> {
  readonly windows: readonly AnsweredWindow[];
  /** The last window of this page, where there are more behind it. */
  readonly lastWindow: WindowStart | undefined;
}

/** A page ends before the window that would make it longer than this; Lambda answers at most 6 MiB. */
const pageBytes = 4 * 1_024 * 1_024;
const windowsInFlight = 16;

/** The windows that a customer has in a range of time, in the order of time; windows without requests are absent. */
export async function query(query: WindowQuery, { store, progress }: QueryPorts): Promise<WindowPage> {
  // Asked before the windows are read: what does not wait by now is in them.
  const counted = progressFor(
    await progress.of(query.customerId),
    query.windowSize !== 'minute',
    query.allowedLatenessSeconds,
  );
  const { countedThrough, waiting } = counted;
  const windows: AnsweredWindow[] = [];
  let bytes = 0;
  const atOnce = Math.min(windowsInFlight, query.limit + 1);
  for await (const counts of windowsInRange(query, store, atOnce)) {
    const window = answer(counts, query, counted);
    const windowBytes = query.bytesOf(window);
    const isFull = windows.length === query.limit || bytes + windowBytes > pageBytes;
    if (isFull && windows.length > 0) {
      return { countedThrough, waiting, windows, lastWindow: windows.at(-1)?.windowStart };
    }
    windows.push(window);
    bytes += windowBytes;
  }
  return { countedThrough, waiting, windows, lastWindow: undefined };
}

function answer(
  window: MinuteCounts | RolledUpWindow,
  { windowSize, top }: WindowQuery,
  counted: AnswerProgress,
): AnsweredWindow {
  const { customerId, windowStart, requests, revision, lateRequests, updatedAt } = window;
  const counts =
    top === undefined ? window.counts : mapDimensions((field) => keepLargest(window.counts[field], top));
  return {
    customerId,
    windowSize,
    windowStart,
    requests,
    ...countsToJson(counts),
    ...('batches' in window ? { batches: window.batches } : {}),
    revision,
    lateRequests,
    complete: counted.isComplete(minutesOfWindow(windowStart, windowSize)),
    updatedAt: updatedAt.toISOString(),
  };
}
