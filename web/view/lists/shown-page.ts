import { matchingRows, orderOf, pageOf, type Searched } from '../../figures/list-page.ts';
import type { ListState } from '../../state/list-state.ts';
import { pageSummary } from '../../text/page-summary.ts';
import type { ShownRows } from './list-table.ts';

/**
 * Returns the page of rows that the state of a list chooses, for lists of which the page has all rows. They are sorted by
 * requests unless the user chooses otherwise.
 * @param columns  the columns by which rows can be sorted
 */
export function shownPage<Row>(
  rows: readonly Row[],
  state: ListState,
  columns: readonly string[],
  searched: Searched<Row>,
): Pick<ShownRows<Row>, 'rows' | 'all' | 'hasMore' | 'summary' | 'page' | 'hasNext' | 'isPart'> {
  const order = orderOf(state, columns, 'requests');
  const all = matchingRows(rows, state.search, order, searched);
  const page = pageOf(all, state.page, searched.pageLength);
  return {
    rows: page.rows,
    all,
    hasMore: false,
    summary: pageSummary(page, rows.length),
    page: page.page,
    hasNext: page.page < page.pages,
    isPart: state.search !== '',
  };
}
