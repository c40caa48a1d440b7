import type { ListPage } from '../figures/list-page.ts';
import { formatCount } from './format.ts';

/** Describes a page of a list: `11–20 of 312`, or `1–3 of 3, found in 312`. */
export function pageSummary(
  { rows, start, total }: Pick<ListPage<unknown>, 'rows' | 'start' | 'total'>,
  all: number,
): string {
  if (all === 0) return '';
  const found = total === all ? '' : `, found in ${formatCount(all)}`;
  if (total === 0) return `0${found}`;
  return `${formatCount(start + 1)}–${formatCount(start + rows.length)} of ${formatCount(total)}${found}`;
}
