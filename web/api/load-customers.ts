import { parseCustomerPage } from './answers.ts';
import type { Client } from './client.ts';
import { readPages } from './read-pages.ts';

/** Loads the names of all customers; on AWS, only the customer of the API key. */
export async function loadCustomers(client: Client, signal: AbortSignal): Promise<readonly string[]> {
  const pages = await readPages({ path: 'customers' }, parseCustomerPage, client, signal);
  return pages.flatMap(({ customers }) => customers);
}
