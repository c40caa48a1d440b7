import { formatCount, formatShare } from '../../text/format.ts';
import type { Column } from './list-table.ts';

interface Counted {
  readonly requests: number;
}

/** The column of the requests of a row. */
export const requestsColumn: Column<Counted> = {
  name: 'requests',
  label: 'Requests',
  direction: 'descending',
  cell: ({ requests }) => formatCount(requests),
};

/** Creates the column of the share that a row has of all requests. */
export function shareColumn(totalOf: () => number): Column<Counted> {
  return {
    name: 'share',
    label: 'Share',
    direction: 'descending',
    isSortable: false,
    cell: ({ requests }) => {
      const total = totalOf();
      return formatShare(total === 0 ? 0 : requests / total);
    },
  };
}
