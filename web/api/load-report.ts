import {
  countingOf,
  endOfDoubt,
  markPending,
  mayMissEntries,
  type Counting,
  type ShownBucket,
} from '../figures/counting.ts';
import type { PathChoice } from '../figures/path-kinds.ts';
import { weeksBack } from '../period/comparison.ts';
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
import type { AnswerProgress, KeyCount, Total } from './answers.ts';
import { loadAlerts, type Alerts } from './load-alerts.ts';
import type { Client } from './client.ts';
import { loadComparison, type Comparison } from './load-comparison.ts';
import { loadExtent } from './load-extent.ts';
import { readBuckets, readTotal, readWaiting, type Read } from './read-buckets.ts';

/** A customer's traffic, as the page shows it. */
export interface Report {
  readonly customer: string;
  readonly unit: Unit;
  readonly zone: string;
  /** The period that was asked for, once it is known where the data is. */
  readonly period: KnownPeriod;
  readonly range: Range;
  readonly buckets: readonly ShownBucket[];
  /** Without its failed paths while they are loading. */
  readonly total: Total;
  /** Number of weeks between the range and the one that it is compared with. */
  readonly weeksBack: number;
  /** `undefined` while it is loading. */
  readonly comparison: Comparison | undefined;
  /** `undefined` where they are not known. */
  readonly alerts: Alerts | undefined;
  readonly counting: Counting;
  /** Some of the data shown is not counted yet: some buckets, or the time to compare with. */
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
  /** False if the caller may not read alerts: a share link shows counts alone. */
  readonly hasAlerts: boolean;
}

/** Keys to request per dimension, as many as the pipeline lists. */
export const keysOfTotal = 1_000;
/** Dimensions of the lists. Paths have a request of their own, and failed paths take longer than all of these together. */
const listedDimensions = 'userAgent,status,agentClass,referrer,host,country';
/** Keys of a total that is read for what it says of itself. */
const noKeys = { top: '1', dimensions: 'none' } as const;

/** The parts of a report that come last. */
interface LastParts {
  readonly comparison?: Comparison;
  readonly topErrorPaths?: readonly KeyCount[];
}

/** A report that is complete this soon after its first part is shown at once: nobody would see the parts. */
const soonMilliseconds = 150;

/**
 * Loads everything that the page shows. A year before takes as long to read as the year itself, and the failed paths of a year
 * nearly as long, so both come last.
 * @param onPart  is called with the report without these, and again with the failed paths, unless all is there soon
 */
export async function loadReport(
  query: ReportQuery,
  client: Client,
  signal: AbortSignal,
  onPart?: (report: Report) => void,
): Promise<Report> {
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
  const readLast = () => {
    const failed = readTotal(range, { top, dimensions: 'errorPath' }, read);
    const comparison = loadComparison({ range, edges, unit, zone, now }, read);
    const all = Promise.all([failed, comparison]);
    all.catch(() => undefined); // it fails below, if nothing else does
    return { failed, all };
  };
  // Nobody waits for a part, so all is read at once.
  const readAtOnce = onPart === undefined ? readLast() : undefined;
  const [buckets, alerts, topPaths] = await Promise.all([
    readBuckets(edges, unit, zone, read),
    query.hasAlerts ? alertsIfKnown(customer, range, read) : undefined,
    query.paths === 'all' ? undefined : readTotal(range, { top, dimensions: 'path' }, read),
  ]);
  const completeBefore = mayMissEntries(progress, now)
    ? await readCompleteBefore(range, endOfDoubt(buckets, now), read)
    : Infinity;
  const shown = markPending(buckets, progress, completeBefore, now);
  const reportWith = ({ comparison, topErrorPaths }: LastParts): Report => {
    const total = { ...answered, progress, topPaths: topPaths?.topPaths, topErrorPaths };
    const isPending =
      shown.some((bucket) => bucket.isPending) ||
      (comparison !== undefined && mayMissEntries(comparison.total.progress, now));
    const counting = countingOf(progress, range, isPending);
    const weeks = weeksBack(range);
    return {
      customer,
      unit,
      zone,
      period,
      range,
      buckets: shown,
      total,
      weeksBack: weeks,
      comparison,
      alerts,
      counting,
      isPending,
    };
  };
  const { failed, all } = readAtOnce ?? readLast();
  if (onPart !== undefined && !(await endsWithin(soonMilliseconds, all))) {
    signal.throwIfAborted();
    onPart(reportWith({}));
    const { topErrorPaths = [] } = await failed;
    signal.throwIfAborted();
    onPart(reportWith({ topErrorPaths }));
  }
  const [{ topErrorPaths = [] }, comparison] = await all;
  return reportWith({ comparison, topErrorPaths });
}

/** Loads the alerts. A pipeline of an earlier version has none, and whatever else is wrong the figures report. */
async function alertsIfKnown(
  customer: string,
  range: Range,
  { client, signal }: Read,
): Promise<Alerts | undefined> {
  try {
    return await loadAlerts(customer, range, client, signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Reports whether a promise is fulfilled within a time. */
async function endsWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), later]);
  } finally {
    clearTimeout(timer);
  }
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
