import { whole } from '../whole.ts';

/** A line: what it is about, and what there is to say. */
export type Row = readonly [string, string];

/** Formats lines with their subjects in a column. */
export function formatRows(rows: readonly Row[]): string {
  return rows.map(([name, text]) => `${name.padEnd(11)} ${text}`).join('\n');
}

const maxNames = 10;

/** Names some of the customers. */
export function describeCustomers(customers: readonly string[] | undefined, notKnown: string): string {
  if (customers === undefined) return notKnown;
  if (customers.length === 0) return 'none yet';
  const names = customers.slice(0, maxNames).join(', ');
  return `${whole(customers.length)}: ${names}${customers.length > maxNames ? ', …' : ''}`;
}
