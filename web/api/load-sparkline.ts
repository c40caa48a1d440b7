import { countBetween } from '../figures/series.ts';
import { dayMilliseconds, hourMilliseconds, type Range } from '../period/period.ts';
import { parseWindowPage } from './answers.ts';
import type { Client } from './client.ts';
import { isoRange } from './iso-range.ts';

/** A sparkline of this few days has hours, and others have days. */
const fewDays = 3;

/** Loads the requests of a customer over some UTC days, in one request. */
export async function loadSparkline(
  customer: string,
  range: Range,
  client: Client,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const isOfHours = range.to - range.from <= fewDays * dayMilliseconds;
  const step = isOfHours ? hourMilliseconds : dayMilliseconds;
  const parameters = { window: isOfHours ? 'hour' : 'day', ...isoRange(range), top: '1' };
  const { windows } = await client.get({ path: 'aggregates', parameters, customer }, parseWindowPage, signal);
  const edges = Array.from(
    { length: Math.round((range.to - range.from) / step) + 1 },
    (_, place) => range.from + place * step,
  );
  return countBetween(edges, windows).map(({ requests }) => requests);
}
