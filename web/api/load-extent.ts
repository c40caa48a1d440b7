import type { Range } from '../period/period.ts';
import { parseExtents } from './answers.ts';
import type { Client } from './client.ts';

/** Loads the starts of the first and the last minute with requests of a customer; `undefined` if it has none. */
export async function loadExtent(
  customer: string,
  client: Client,
  signal: AbortSignal,
): Promise<Range | undefined> {
  const request = { path: 'customers', parameters: { customer }, customer };
  const [extent] = await client.get(request, parseExtents, signal);
  return extent;
}
