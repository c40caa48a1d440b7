import { parseCustomerPage } from './answers.ts';
import type { Client } from './client.ts';
import { readPages } from './read-pages.ts';

/** The customers that there are; deployed, the one whose API key it is. */
export async function loadCustomers(client: Client, signal: AbortSignal): Promise<readonly string[]> {
  const pages = await readPages({ path: 'customers' }, parseCustomerPage, client, signal);
  return pages.flatMap(({ customers }) => customers);
}
