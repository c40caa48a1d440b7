import { formatCount } from './format.ts';

/** Maximum number of rows of a list on paper: some 20 pages. */
export const mostPrinted = 1_000;

/**
 * Describes which rows of a list are printed; empty if all are.
 * @param known    number of rows that the page has
 * @param hasMore  there are more rows than the page has
 */
export function describePrinted(printed: number, known: number, hasMore: boolean, noun: string): string {
  if (printed === known && !hasMore) return '';
  const all = hasMore ? `more than ${formatCount(known)}` : formatCount(known);
  return `The first ${formatCount(printed)} of ${all} ${noun}. The CSV has all of them.`;
}
