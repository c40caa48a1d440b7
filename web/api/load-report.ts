import {
  countingOf,
  endOfDoubt,
  markPending,
  mayMissEntries,
  type Counting,
  type ShownBucket,
} from '../figures/counting.ts';
import type { PathChoice } from '../figures/path-kinds.ts';
import type { Bucket } from '../figures/series.ts';
import { comparedRange, weeksBack, weeksBefore } from '../period/comparison.ts';
import {
  edgesOf,
  rangeOf,
  unitsOf,
  type KnownPeriod,
  type Period,
  type Range,
  type Unit,
} from '../period/period.ts';
import { isPeriodOfData, periodOfData } from '../period/period-of-data.ts';
import type { AnswerProgress, Rejections, Total } from './answers.ts';
import type { Client } from './client.ts';
import { loadExtent } from './load-extent.ts';
import { readAmounts, readBuckets, readTotal, readWaiting, type Read } from './read-buckets.ts';

/** A customer's traffic, as the page shows it. */
export interface Report {
  readonly customer: string;
  readonly unit: Unit;
  readonly zone: string;
  /** The period that was asked for, once it is known where the data is. */
  readonly period: KnownPeriod;
  readonly range: Range;
  readonly buckets: readonly ShownBucket[];
  readonly total: Total;
  /** Number of weeks between the range and the one that it is compared with. */
  readonly weeksBack: number;
  /** Total of the range to compare with; for a range that is still running, of as much of it as has passed. */
  readonly previous: Total;
  /** The buckets to compare with, one for each bucket; none if there were no requests then. */
  readonly previousBuckets: readonly Bucket[];
  readonly counting: Counting;
  /** Some of the data shown is not counted yet: some buckets, or the previous period. */
  readonly isPending: boolean;
}

export interface ReportQuery {
  readonly customer: string;
  readonly period: Period;
  readonly unit: Unit | undefined;
  readonly now: number;
  readonly zone: string;
  /** Only for a kind of paths the largest paths are read. */
  readonly paths: PathChoice;
}

/** Keys to request per dimension, as many as the pipeline lists. */
export const keysOfTotal = 1_000;
/** Dimensions of the lists. Paths have a request of their own. */
const listedDimensions = 'userAgent,status,agentClass,errorPath,referrer,host,country';
/** Keys of a total that is read for what it says of itself. */
const noKeys = { top: '1', dimensions: 'none' } as const;

/** Loads everything that the page shows. */
export async function loadReport(query: ReportQuery, client: Client, signal: AbortSignal): Promise<Report> {
  const { customer, now, zone } = query;
  const extent = isPeriodOfData(query.period) ? await loadExtent(customer, client, signal) : undefined;
  const period = periodOfData(query.period, extent, now, zone);
  const suitable = unitsOf(period);
  const unit = suitable.find((unit) => unit === query.unit) ?? suitable[0];
  const range = rangeOf(period, unit, now, zone);
  const read = { customer, client, signal };
  // This answer says what is missing, so it is read first: later answers contain at least what it calls counted.
  const top = String(keysOfTotal);
  const answered = await readTotal(range, { top, dimensions: listedDimensions }, read);
  const progress = await withWaiting(answered.progress, range, now, read);
  const edges = edgesOf(range, unit, zone);
  const weeks = weeksBack(range);
  const readPrevious = async () => {
    const previous = await readAmounts(comparedRange(range, now, zone), read);
    const edgesBefore = edges.map((edge) => weeksBefore(edge, weeks, zone));
    // A total can be empty because the time that it is of has only begun.
    const hasNothing = previous.requests === 0 && range.to <= now;
    return { previous, previousBuckets: hasNothing ? [] : await readBuckets(edgesBefore, unit, zone, read) };
  };
  const [buckets, { previous, previousBuckets }, topPaths] = await Promise.all([
    readBuckets(edges, unit, zone, read),
    readPrevious(),
    query.paths === 'all' ? undefined : readTotal(range, { top, dimensions: 'path' }, read),
  ]);
  const total = { ...answered, progress, topPaths: topPaths?.topPaths };
  const completeBefore = mayMissEntries(progress, now)
    ? await readCompleteBefore(range, endOfDoubt(buckets, now), read)
    : Infinity;
  const shown = markPending(buckets, progress, completeBefore, now);
  const isPending = shown.some((bucket) => bucket.isPending) || mayMissEntries(previous.progress, now);
  const counting = countingOf(progress, range, isPending);
  return {
    customer,
    unit,
    zone,
    period,
    range,
    buckets: shown,
    total,
    weeksBack: weeks,
    previous,
    previousBuckets,
    counting,
    isPending,
  };
}

/**
 * Entries may be waiting for this minute or for one of last month. So where it matters, this asks for the part of the
 * range that no longer accepts late entries.
 * @param until  the end of that part; `undefined` where it does not matter
 */
async function readCompleteBefore(range: Range, until: number | undefined, read: Read): Promise<number> {
  if (until === undefined) return range.from;
  if (until === range.to) return range.from; // the total of the range already says so
  const { progress } = await readTotal({ from: range.from, to: until }, noKeys, read);
  return progress?.isComplete === true ? until : range.from;
}

/**
 * Adds the number of waiting entries. A total omits it while hours and days are being summed up; the minutes have it.
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

/** The state of a customer without counted entries. */
export interface Uncounted {
  readonly counting: Counting;
  readonly rejections: Rejections | undefined;
}

/** Reports what is known of a customer whose accepted entries are all still uncounted, or were rejected. */
export async function loadCounting(
  query: ReportQuery,
  client: Client,
  signal: AbortSignal,
): Promise<Uncounted> {
  const { customer, now, zone } = query;
  const period = periodOfData(query.period, undefined, now, zone);
  const range = rangeOf(period, unitsOf(period)[0], now, zone);
  const read = { customer, client, signal };
  const { progress, rejections } = await readTotal(range, noKeys, read);
  const counting = countingOf(await withWaiting(progress, range, now, read), range, false);
  return { counting, rejections };
}
