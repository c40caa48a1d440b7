import { countBetween, type Bucket, type CountedWindow } from '../figures/series.ts';
import {
  edgesOf,
  previousRange,
  rangeOf,
  unitsOf,
  windowsBetween,
  type Period,
  type Range,
  type Unit,
} from '../period/period.ts';
import { parseTotal, parseWindowPage, type Total } from './answers.ts';
import type { Client } from './client.ts';
import { readPages } from './read-pages.ts';

/** What the page shows of a customer's traffic. */
export interface Report {
  readonly customer: string;
  readonly unit: Unit;
  readonly zone: string;
  readonly range: Range;
  readonly buckets: readonly Bucket[];
  readonly total: Total;
  readonly previous: Total;
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
  const [buckets, total, previous] = await Promise.all([
    readBuckets(edgesOf(range, unit, zone), unit, read),
    readTotal(range, keysOfTotal, read),
    readTotal(previousRange(range, unit, now, zone), keysOfTotal, read),
  ]);
  return { customer, unit, zone, range, buckets, total, previous };
}

interface Read {
  readonly customer: string;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/**
 * Days of a zone whose midnight is not a full hour of UTC are not made of the pipeline's hours; each is added up from its
 * minutes by the pipeline itself.
 */
async function readBuckets(edges: readonly number[], unit: Unit, read: Read): Promise<Bucket[]> {
  const windows = windowsBetween(edges, unit);
  if (windows !== 'minute' || unit === 'minute') {
    const range = { from: edges[0] ?? 0, to: edges.at(-1) ?? 0 };
    return countBetween(edges, await readWindows(windows, range, read));
  }
  return Promise.all(
    edges.slice(0, -1).map(async (from, index) => {
      const to = edges[index + 1] ?? from;
      const { requests } = await readTotal({ from, to }, '1', read);
      return { from, to, requests };
    }),
  );
}

async function readWindows(
  window: Unit,
  range: Range,
  { customer, client, signal }: Read,
): Promise<CountedWindow[]> {
  // Of the keys, which are not looked at here, one is the fewest that can be asked for.
  const parameters = { window, ...isoRange(range), top: '1' };
  const pages = await readPages(
    { path: 'aggregates', parameters, customer },
    parseWindowPage,
    client,
    signal,
  );
  return pages.flatMap(({ windows }) => windows);
}

async function readTotal(range: Range, top: string, { customer, client, signal }: Read): Promise<Total> {
  const parameters = { ...isoRange(range), top };
  return client.get({ path: 'aggregates/total', parameters, customer }, parseTotal, signal);
}

function isoRange({ from, to }: Range): { readonly from: string; readonly to: string } {
  const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`;
  return { from: iso(from), to: iso(to) };
}
