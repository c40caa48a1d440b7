import { comparedWeeks, type HourCounts } from '../../domain/alerts/baseline.ts';
import { progressFor } from '../../domain/completeness.ts';
import { readCountsText } from '../../domain/counts-text.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { noHorizon } from '../../domain/retention.ts';
import type { ServedWindow } from '../../domain/served-window.ts';
import { firstDayStartFrom, minutesBefore, minutesOfWindow, type WindowStart } from '../../domain/window.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { WindowReader } from '../../ports/window-reader.ts';
import type { Retention } from '../expire/retention.ts';

export interface ReadHoursPorts {
  readonly reader: Pick<WindowReader, 'windows' | 'customerTotals'>;
  readonly progress: CountingProgress;
  readonly retention: Retention;
}

/** A complete hour, with the same hour of the weeks before it, the last week first. */
export interface CompleteHour {
  readonly windowStart: WindowStart;
  readonly counts: HourCounts;
  readonly weeks: readonly { readonly windowStart: WindowStart; readonly counts: HourCounts | undefined }[];
}

export interface CompleteHours {
  /** In time order, up to the first one that is not complete. */
  readonly hours: readonly CompleteHour[];
  readonly countedThrough: Date | undefined;
}

const minutesPerWeek = 7 * 24 * 60;
/** Several customers are read at once, and a window can have 3 MB. */
const windowsInFlight = 4;
const noRequests: HourCounts = { requests: 0, clientErrors: 0, serverErrors: 0 };

/**
 * Reads those of some hours that are complete, as far as they follow one another. The progress is asked before the counts
 * are read: these then include everything that made the hours complete.
 * @param starts  hours in a row
 */
export async function readCompleteHours(
  customerId: CustomerId,
  starts: readonly WindowStart[],
  { reader, progress, retention }: ReadHoursPorts,
  allowedLatenessSeconds: number,
): Promise<CompleteHours> {
  const counted = progressFor(await progress.of(customerId), true, allowedLatenessSeconds);
  const { countedThrough } = counted;
  const firstIncomplete = starts.findIndex((start) => !counted.isComplete(minutesOfWindow(start, 'hour')));
  const complete = firstIncomplete < 0 ? starts : starts.slice(0, firstIncomplete);
  const [first] = complete;
  const last = complete.at(-1);
  if (first === undefined || last === undefined) return { hours: [], countedThrough };

  const windows = new Map<WindowStart, HourCounts>();
  for (let weeks = 0; weeks <= comparedWeeks; weeks += 1) {
    const range = { from: weeksBefore(first, weeks), to: weeksBefore(endOf(last), weeks) };
    for await (const window of reader.windows(
      { customerId, windowSize: 'hour', ...range },
      windowsInFlight,
    )) {
      windows.set(window.windowStart, countsOf(window));
    }
  }
  const known = await knownFrom(customerId, last, reader);
  // Asked after the windows were read: one that was missing because it has expired is behind it.
  const horizon = await retention.horizon();
  const countsAt = (start: WindowStart) => {
    if (known === undefined || start < known || start < horizon) return undefined;
    return windows.get(start) ?? noRequests;
  };
  const hours = complete.map((windowStart) => ({
    windowStart,
    counts: windows.get(windowStart) ?? noRequests,
    weeks: Array.from({ length: comparedWeeks }, (_, week) => {
      const start = weeksBefore(windowStart, week + 1);
      return { windowStart: start, counts: countsAt(start) };
    }),
  }));
  return { hours, countedThrough };
}

/** Returns the first hour of which something is known: the customer's first. An hour without requests before it says nothing. */
async function knownFrom(
  customerId: CustomerId,
  last: WindowStart,
  reader: Pick<WindowReader, 'customerTotals'>,
): Promise<WindowStart | undefined> {
  const { customers } = await reader.customerTotals({
    customerId,
    from: noHorizon,
    to: firstDayStartFrom(endOf(last)),
    sort: 'name',
    after: undefined,
    limit: 1,
  });
  return customers[0]?.firstWindow;
}

function weeksBefore(start: WindowStart, weeks: number): WindowStart {
  return minutesBefore(start, weeks * minutesPerWeek);
}

function endOf(hour: WindowStart): WindowStart {
  return minutesOfWindow(hour, 'hour').to;
}

function countsOf({ requests, counts }: ServedWindow): HourCounts {
  let clientErrors = 0;
  let serverErrors = 0;
  for (const [status, count] of readCountsText(counts.requestsByStatus)) {
    if (/^4\d\d$/.test(status)) clientErrors += count;
    if (/^5\d\d$/.test(status)) serverErrors += count;
  }
  return { requests, clientErrors, serverErrors };
}
