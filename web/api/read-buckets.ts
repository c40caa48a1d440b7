import { countBetween, type Bucket, type CountedWindow } from '../figures/series.ts';
import { minuteMilliseconds, startOfUnit, type Range, type Unit } from '../period/period.ts';
import { parseTotal, parseWaiting, parseWindowPage, type Total } from './answers.ts';
import type { Client } from './client.ts';
import { isoRange, localTime } from './iso-range.ts';
import { readPages } from './read-pages.ts';

export interface Read {
  readonly customer: string;
  readonly client: Client;
  readonly signal: AbortSignal;
}

/**
 * Reads the requests between consecutive edges. All spans but the first and the last are whole units. The pipeline
 * has no windows for parts of units; it adds up the minutes of each of these.
 */
export async function readBuckets(
  edges: readonly number[],
  unit: Unit,
  zone: string,
  read: Read,
): Promise<Bucket[]> {
  const whole = edges.filter((edge) => startOfUnit(edge, unit, zone) === edge);
  if (whole.length < 2) return addUpEach(edges, read);
  const [first, last] = [whole[0] ?? 0, whole.at(-1) ?? 0];
  const [before, between, behind] = await Promise.all([
    addUpEach(
      edges.filter((edge) => edge <= first),
      read,
    ),
    readWindows(unit, { from: first, to: last }, zone, read),
    addUpEach(
      edges.filter((edge) => edge >= last),
      read,
    ),
  ]);
  return [...before, ...countBetween(whole, between), ...behind];
}

export async function readTotal(
  range: Range,
  top: string,
  { customer, client, signal }: Read,
): Promise<Total> {
  const parameters = { ...isoRange(range), top };
  return client.get(
    { path: 'aggregates/total', parameters, customer, isReadWhole: true },
    parseTotal,
    signal,
  );
}

/** Reads how many accepted entries of the customer are in no minute yet; `undefined` if the pipeline does not say. */
export async function readWaiting(
  from: number,
  { customer, client, signal }: Read,
): Promise<number | undefined> {
  const range = isoRange({ from, to: from + minuteMilliseconds });
  const parameters = { window: 'minute', ...range, top: '1', limit: '1' };
  return client.get({ path: 'aggregates', parameters, customer, isReadWhole: true }, parseWaiting, signal);
}

async function addUpEach(edges: readonly number[], read: Read): Promise<Bucket[]> {
  return Promise.all(
    edges.slice(0, -1).map(async (from, index) => {
      const to = edges[index + 1] ?? from;
      const { requests, progress } = await readTotal({ from, to }, '1', read);
      return { from, to, requests, isComplete: progress?.isComplete ?? false };
    }),
  );
}

async function readWindows(
  window: Unit,
  range: Range,
  zone: string,
  { customer, client, signal }: Read,
): Promise<CountedWindow[]> {
  // The keys are not used here, and one is the smallest number that can be requested.
  const parameters = { window, ...isoRange(range), ...localTime(window, zone), top: '1' };
  const pages = await readPages(
    { path: 'aggregates', parameters, customer },
    parseWindowPage,
    client,
    signal,
  );
  return pages.flatMap(({ windows }) => windows);
}
