/** Customers that match a text. */
export interface FoundCustomers {
  readonly customers: readonly string[];
  /** Number of further matches that are not among them. */
  readonly more: number;
}

/** A longer list is narrowed by typing. */
const maxFound = 50;

/**
 * Finds customers by a part of their names, without regard to case: first the one of exactly that name, then those that
 * begin with it, then the others.
 */
export function matchingCustomers(customers: readonly string[], text: string): FoundCustomers {
  const sought = text.trim().toLowerCase();
  const ranked: [string[], string[], string[]] = [[], [], []];
  for (const customer of customers) {
    const place = customer.toLowerCase().indexOf(sought);
    if (place === -1) continue;
    ranked[place > 0 ? 2 : customer.length === sought.length ? 0 : 1].push(customer);
  }
  const all = ranked.flat();
  return { customers: all.slice(0, maxFound), more: Math.max(0, all.length - maxFound) };
}
