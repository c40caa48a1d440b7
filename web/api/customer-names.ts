import { parseCustomerPage } from './answers.ts';
import type { Client } from './client.ts';
import { loadCustomers } from './load-customers.ts';

/** The names of all customers. Thousands of them take several requests, so they are read when somebody looks for one. */
export interface CustomerNames {
  /**
   * Returns the names, which may be some seconds old.
   * @param needed  a customer that should be among them; if it is not, they are read again
   */
  read(needed: string | undefined, signal: AbortSignal): Promise<readonly string[]>;
  /** Returns the first of the names; `undefined` if there is no customer. */
  first(signal: AbortSignal): Promise<string | undefined>;
  /** Returns the names that were read last; `undefined` before the first time. */
  known(): readonly string[] | undefined;
  /** The next call reads them again. */
  forget(): void;
}

const maxAgeMilliseconds = 60_000;

export function createCustomerNames(client: Client, now: () => number): CustomerNames {
  let known: { readonly names: readonly string[]; readonly readAt: number } | undefined;
  return {
    async read(needed, signal) {
      const isMissing = needed === undefined ? known?.names.length === 0 : !known?.names.includes(needed);
      if (known === undefined || isMissing || now() - known.readAt > maxAgeMilliseconds) {
        const readAt = now();
        known = { names: await loadCustomers(client, signal), readAt };
      }
      return known.names;
    },
    async first(signal) {
      if (known?.names[0] !== undefined) return known.names[0];
      const { customers } = await client.get({ path: 'customers' }, parseCustomerPage, signal);
      return customers[0];
    },
    known: () => known?.names,
    forget() {
      if (known !== undefined) known = { ...known, readAt: -Infinity };
    },
  };
}
