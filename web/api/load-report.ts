import {
  countingOf,
  endOfDoubt,
  markPending,
  mayMissEntries,
  type Counting,
  type ShownBucket,
} from '../figures/counting.ts';
import {
  edgesOf,
  previousRange,
  rangeOf,
  unitsOf,
  type Period,
  type Range,
  type Unit,
} from '../period/period.ts';
import type { AnswerProgress, Total } from './answers.ts';
import type { Client } from './client.ts';
import { readBuckets, readTotal, readWaiting, type Read } from './read-buckets.ts';

/** What the page shows of a customer's traffic. */
export interface Report {
  readonly customer: string;
  readonly unit: Unit;
  readonly zone: string;
  readonly range: Range;
  readonly buckets: readonly ShownBucket[];
  readonly total: Total;
  readonly previous: Total;
  readonly counting: Counting;
  /** Part of what is shown is not counted yet: some buckets, or the time before, with which it is compared. */
  readonly isPending: boolean;
}

export interface ReportQuery {
  readonly customer: string;
  readonly period: Period;
  readonly unit: Unit | undefined;
  readonly now: number;
  readonly zone: string;
}

/** So many keys of each dimension: every status that there can be, and more paths than anybody reads. */
const keysOfTotal = '500';

/** Everything that the page shows, read at one time. */
export async function loadReport(query: ReportQuery, client: Client, signal: AbortSignal): Promise<Report> {
  const { customer, period, now, zone } = query;
  const suitable = unitsOf(period);
  const unit = suitable.find((unit) => unit === query.unit) ?? suitable[0];
  const range = rangeOf(period, unit, now, zone);
  const read = { customer, client, signal };
  // It says what is missing, and so before the rest is read: what it says is counted is in there.
  const answered = await readTotal(range, keysOfTotal, read);
  const progress = await withWaiting(answered.progress, range, now, read);
  const total = { ...answered, progress };
  const [buckets, previous] = await Promise.all([
    readBuckets(edgesOf(range, unit, zone), unit, zone, read),
    readTotal(previousRange(range, unit, now, zone), keysOfTotal, read),
  ]);
  const completeBefore = mayMissEntries(progress, now)
    ? await readCompleteBefore(range, endOfDoubt(buckets, now), read)
    : Infinity;
  const shown = markPending(buckets, progress, completeBefore, now);
  const isPending = shown.some((bucket) => bucket.isPending) || mayMissEntries(previous.progress, now);
  const counting = countingOf(progress, range, isPending);
  return { customer, unit, zone, range, buckets: shown, total, previous, counting, isPending };
}

/**
 * Entries may wait for the minutes of now or for those of last month. So, where it matters, the part of the range is asked
 * for in which late entries are not waited for any more.
 * @param until  its end; `undefined` where it does not matter
 */
async function readCompleteBefore(range: Range, until: number | undefined, read: Read): Promise<number> {
  if (until === undefined) return range.from;
  if (until === range.to) return range.from; // the total of the range has said so already
  const { progress } = await readTotal({ from: range.from, to: until }, '1', read);
  return progress?.isComplete === true ? until : range.from;
}

/**
 * Where a total does not say how many entries wait, as hours and days are being summed up, the minutes do: how many are in
 * none yet.
 */
async function withWaiting(
  progress: AnswerProgress | undefined,
  { from }: Range,
  now: number,
  read: Read,
): Promise<AnswerProgress | undefined> {
  if (progress === undefined || progress.waiting !== undefined || !mayMissEntries(progress, now))
    return progress;
  return { ...progress, waiting: await readWaiting(from, read) };
}

/** Whether the pipeline has accepted entries of a customer of whom it has counted none. */
export async function loadCounting(
  query: ReportQuery,
  client: Client,
  signal: AbortSignal,
): Promise<Counting> {
  const { customer, period, now, zone } = query;
  const range = rangeOf(period, unitsOf(period)[0], now, zone);
  const read = { customer, client, signal };
  const { progress } = await readTotal(range, '1', read);
  return countingOf(await withWaiting(progress, range, now, read), range, false);
}
