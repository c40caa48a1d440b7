import { addUp } from '../figures/amounts.ts';
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
 * Keys to request per dimension of a window. Statuses and classes of agents are used here, and windows with more statuses
 * than this are rare; the rest of them are "other" ones then, and still counted.
 */
const keysOfWindows = '20';
const amountDimensions = 'status,agentClass';
const usedDimensions = { dimensions: amountDimensions, top: keysOfWindows };
/** A total does not say how many requests have the statuses it leaves out, so it has to have all of them. */
const keysOfStatuses = '500';

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

/** Reads the amounts of a range, and with them its statuses and classes of agents. */
export function readAmounts(range: Range, read: Read): Promise<Total> {
  return readTotal(range, { top: keysOfStatuses, dimensions: amountDimensions }, read);
}

/** @param keys  the number of keys to read of each dimension, and the dimensions: reading few is a fraction of the work */
export async function readTotal(
  range: Range,
  keys: { readonly top: string; readonly dimensions: string },
  { customer, client, signal }: Read,
): Promise<Total> {
  const parameters = { ...isoRange(range), ...keys };
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
      const { progress, ...amounts } = await readAmounts({ from, to }, read);
      return Object.assign(addUp([amounts]), { from, to, isComplete: progress?.isComplete ?? false });
    }),
  );
}

async function readWindows(
  window: Unit,
  range: Range,
  zone: string,
  { customer, client, signal }: Read,
): Promise<CountedWindow[]> {
  const parameters = { window, ...isoRange(range), ...localTime(window, zone), ...usedDimensions };
  const pages = await readPages(
    { path: 'aggregates', parameters, customer },
    parseWindowPage,
    client,
    signal,
  );
  return pages.flatMap(({ windows }) => windows);
}
