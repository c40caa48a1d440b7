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

/** Describes a page of a list whose length is not known: `21–40 of more than 200`. */
export function openPageSummary(start: number, shown: number, known: number, hasMore: boolean): string {
  if (shown === 0) return '0';
  const all = `${hasMore ? 'more than ' : ''}${formatCount(known)}`;
  return `${formatCount(start + 1)}–${formatCount(start + shown)} of ${all}`;
}
