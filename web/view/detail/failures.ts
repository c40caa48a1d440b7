import type { Total } from '../../api/answers.ts';
import { failuresOf, type Failure } from '../../figures/failures.ts';
import { compareKeys, keyColumns } from '../../figures/key-lists.ts';
import type { Detail } from '../../state/detail.ts';
import { listState, type ListState, type ListStates } from '../../state/list-state.ts';
import { isErrorStatus } from '../../text/details.ts';
import { create } from '../elements.ts';
import { requestsColumn, shareColumn } from '../lists/columns.ts';
import { detailButton } from '../lists/detail-button.ts';
import { pageLength } from '../lists/key-list.ts';
import { pathLabel, statusLabel } from '../lists/labels.ts';
import { createListTable, type ListTable } from '../lists/list-table.ts';
import { shownPage } from '../lists/shown-page.ts';

export interface FailuresContext {
  readonly choose: (detail: Detail) => void;
  readonly onListChange: (name: string, change: Partial<ListState>, isTyping: boolean) => void;
}

/** The failed requests of a path by status, or those with a status by path. */
export interface DetailFailures {
  readonly element: HTMLElement;
  /** @param errors  failed requests of the path, once they are known */
  show(detail: Detail, total: Total, states: ListStates, errors: number | undefined): void;
}

/** Name of this list in the address. */
const name = 'failures';

export function createDetailFailures({ choose, onListChange }: FailuresContext): DetailFailures {
  const element = create('div', '');
  const tables = new Map<'path' | 'status', ListTable<Failure>>();
  let sum = 0;

  const tableOf = (of: 'path' | 'status'): ListTable<Failure> =>
    createListTable<Failure>({
      name,
      title: of === 'path' ? 'Failed requests by status' : 'Paths with this status',
      noun: of === 'path' ? 'statuses' : 'paths',
      level: 'h3',
      columns: [
        {
          name: 'key',
          label: of === 'path' ? 'Status' : 'Path',
          direction: 'ascending',
          cell: ({ key, isRest }) => {
            if (isRest) return create('span', 'label rest', key);
            const label = of === 'path' ? statusLabel(key) : pathLabel(key);
            return detailButton(label, () => choose({ dimension: of === 'path' ? 'status' : 'path', key }));
          },
        },
        requestsColumn,
        shareColumn(() => sum),
      ],
      sortedBy: 'requests',
      isReversible: true,
      keyOf: ({ key }) => key,
      onChange: (change, isTyping) => onListChange(name, change, isTyping),
    });

  return {
    element,
    show(detail, total, states, errors) {
      const { dimension: of, key } = detail;
      const isCounted = of === 'path' || (of === 'status' && isErrorStatus(key));
      element.hidden = !isCounted;
      if (!isCounted) return;
      const table = tables.get(of) ?? tableOf(of);
      tables.set(of, table);
      if (table.element.parentElement !== element) element.replaceChildren(table.element);
      const state = listState(states, name);
      const failures = failuresOf(detail, total, errors);
      if (failures === undefined) return table.setBusy(true);
      const listed = failures.filter(({ isRest }) => !isRest);
      sum = failures.reduce((all, { requests }) => all + requests, 0);
      table.show(state, {
        ...shownPage(listed, state, keyColumns, {
          textOf: (row) => row.key,
          compare: compareKeys,
          pageLength,
        }),
        rest: failures.filter(({ isRest }) => isRest),
        none: state.search === '' ? 'None that is listed' : `No match for “${state.search}”`,
        isSearchable: listed.length > pageLength,
      });
    },
  };
}
