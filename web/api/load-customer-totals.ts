import type { Range } from '../period/period.ts';
import type { Client } from './client.ts';
import { count, instant, list, member, parseNextToken, text } from './fields.ts';
import { isoRange } from './iso-range.ts';
import { readPages } from './read-pages.ts';

/** The requests of a customer in a range of days. */
export interface CustomerTotal {
  readonly customer: string;
  readonly requests: number;
  /** Requests with a status of 400 or more. */
  readonly errors: number;
  /** Start of the first minute with requests in the range. */
  readonly firstSeen: number;
  /** Start of the last minute with requests in the range. */
  readonly lastSeen: number;
}

/** The customers of a range of days. */
export interface CustomerTotals {
  readonly customers: readonly CustomerTotal[];
  /** Everything accepted before this instant is in the totals; `null` if the pipeline does not know now. */
  readonly countedThrough: number | null;
}

interface TotalsPage extends CustomerTotals {
  readonly nextToken: string | undefined;
}

/**
 * Loads all customers with requests in a range of UTC days, most requests first.
 * @param onPage  is called with the customers that are there so far, after each page but the last
 */
export async function loadCustomerTotals(
  range: Range,
  client: Client,
  signal: AbortSignal,
  onPage: (totals: CustomerTotals) => void = () => {},
): Promise<CustomerTotals> {
  const parameters = { ...isoRange(range), sort: 'requests', limit: '1000' };
  const pages = await readPages(
    { path: 'customers', parameters },
    parseTotalsPage,
    client,
    signal,
    (read) => {
      onPage(joined(read));
      return false;
    },
  );
  return joined(pages);
}

function joined(pages: readonly TotalsPage[]): CustomerTotals {
  // A customer whose requests grow between two pages may be on both.
  const customers = new Map<string, CustomerTotal>();
  for (const page of pages)
    for (const total of page.customers)
      if (!customers.has(total.customer)) customers.set(total.customer, total);
  return { customers: [...customers.values()], countedThrough: pages[0]?.countedThrough ?? null };
}

function parseTotalsPage(answer: unknown): TotalsPage {
  const countedThrough = member(answer, 'countedThrough');
  return {
    customers: list(answer, 'customers', (customer) => ({
      customer: text(member(customer, 'customerId'), 'customerId'),
      requests: count(member(customer, 'requests'), 'requests'),
      errors: count(member(customer, 'errors'), 'errors'),
      firstSeen: instant(member(customer, 'firstWindow'), 'firstWindow'),
      lastSeen: instant(member(customer, 'lastWindow'), 'lastWindow'),
    })),
    countedThrough: countedThrough === null ? null : instant(countedThrough, 'countedThrough'),
    nextToken: parseNextToken(answer),
  };
}
