import type { Client } from './client.ts';
import { loadCustomers } from './load-customers.ts';

/** The names of all customers. Thousands of them take several requests, so they are not read at each look. */
export interface CustomerNames {
  /**
   * Returns the names, which may be some seconds old.
   * @param needed  a customer that should be among them; if it is not, they are read again
   */
  read(needed: string | undefined, signal: AbortSignal): Promise<readonly string[]>;
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
    forget() {
      known = undefined;
    },
  };
}
