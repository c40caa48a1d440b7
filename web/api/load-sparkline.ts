import { countBetween } from '../figures/series.ts';
import { dayMilliseconds, hourMilliseconds, type Range } from '../period/period.ts';
import { parseWindowPage } from './answers.ts';
import type { Client } from './client.ts';
import { isoRange } from './iso-range.ts';

/** A sparkline of this few days has hours, and others have days. */
const fewDays = 3;

/** A longer time is drawn from here on: more days are narrower than a pixel. */
const mostDays = 366;

/** Loads the requests of a customer over some UTC days, the last year of them, in one request. */
export async function loadSparkline(
  customer: string,
  { from, to }: Range,
  client: Client,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const isOfHours = to - from <= fewDays * dayMilliseconds;
  const start = Math.max(from, to - mostDays * dayMilliseconds);
  const step = isOfHours ? hourMilliseconds : dayMilliseconds;
  const parameters = {
    window: isOfHours ? 'hour' : 'day',
    ...isoRange({ from: start, to }),
    dimensions: 'none',
  };
  const { windows } = await client.get({ path: 'aggregates', parameters, customer }, parseWindowPage, signal);
  const edges = Array.from(
    { length: Math.round((to - start) / step) + 1 },
    (_, place) => start + place * step,
  );
  return countBetween(edges, windows).map(({ requests }) => requests);
}
