import { keysOfTotal, type Report } from '../../api/load-report.ts';
import { statusClassOf } from '../../figures/errors.ts';
import {
  compareKeys,
  keyColumns,
  keyRowsOf,
  listedKeys,
  rowsOfKind,
  type KeyList,
  type KeyRow,
} from '../../figures/key-lists.ts';
import type { PathChoice } from '../../figures/path-kinds.ts';
import type { Detail } from '../../state/detail.ts';
import type { ListState } from '../../state/list-state.ts';
import { create } from '../elements.ts';
import { describeListedKeys, nameKeys } from '../../text/listed-keys.ts';
import { countryLabel, errorPathLabel, pathLabel, statusLabel, textLabel, type Label } from './labels.ts';
import { requestsColumn, shareColumn } from './columns.ts';
import { createListTable, type ListTable } from './list-table.ts';
import { shownPage } from './shown-page.ts';
import { detailButton } from './detail-button.ts';

/** Rows of a page of a list; the longest list is as tall as that. */
export const pageLength = 10;

export interface KeyListContext {
  readonly onChange: (name: string, change: Partial<ListState>, isTyping: boolean) => void;
  readonly onDownload: (list: KeyList) => void;
  readonly onDetail: (detail: Detail) => void;
}

/** A list of keys that the total of a report contains. */
export interface ShownKeyList {
  readonly element: HTMLElement;
  /**
   * Shows the rows, once they are loaded.
   * @param kind  of the paths to show
   */
  show(report: Report, state: ListState, kind: PathChoice): void;
}

export function createKeyList(list: KeyList, context: KeyListContext): ShownKeyList {
  let total = 0;
  let most = 0;

  const key = (row: KeyRow): Node => {
    const track = create('span', `track ${trackClass(list, row)}`.trim());
    track.style.width = `${(100 * row.requests) / Math.max(most, 1)}%`;
    if (row.isRest) return create('span', 'bar', create('span', 'label rest', row.key));
    const detail = detailOf(list, row.key);
    const button = detailButton(labelOf(list, row.key), () => context.onDetail(detail));
    return create('span', 'bar', track, button);
  };

  const table: ListTable<KeyRow> = createListTable({
    name: list.name,
    title: list.title,
    noun: list.noun,
    columns: [
      { name: 'key', label: list.keyLabel, direction: 'ascending', cell: key },
      requestsColumn,
      shareColumn(() => total),
    ],
    sortedBy: 'requests',
    isReversible: true,
    keyOf: (row) => row.key,
    onChange: (change, isTyping) => context.onChange(list.name, change, isTyping),
    onDownload: () => context.onDownload(list),
  });

  return {
    element: table.element,
    show(report, state, kind) {
      const all = keyRowsOf(list, report.total, keysOfTotal);
      if (all === undefined) return table.setBusy(true);
      const rows = rowsOfKind(list, all, kind);
      const keys = rows.filter(({ isRest }) => !isRest);
      total = list.sumOf(report.total);
      most = Math.max(0, ...keys.map(({ requests }) => requests));
      const listed = listedKeys(list, report.total, keysOfTotal);
      const keysName = nameKeys(list.noun, listed);
      table.element.hidden = list.isOptional && keys.length === 0;
      table.show(state, {
        ...shownPage(keys, state, keyColumns, {
          textOf: (row) => searchTextOf(list, row.key),
          compare: compareKeys,
          pageLength,
        }),
        rest: rows.filter(({ isRest }) => isRest),
        none: state.search === '' ? list.none : `None of the ${keysName} matches “${state.search}”.`,
        isSearchable: keys.length > pageLength,
        note: listed === undefined ? '' : describeListedKeys(keysName),
      });
    },
  };
}

/** Returns the details to open for a key; those of a failed path are the path's. */
function detailOf({ name, dimension }: KeyList, key: string): Detail {
  return { dimension, key: name === 'errorpaths' ? key.slice(4) : key };
}

function labelOf({ name, dimension }: KeyList, key: string): Label {
  if (name === 'errorpaths') return errorPathLabel(key);
  if (dimension === 'path') return pathLabel(key);
  if (dimension === 'status') return statusLabel(key);
  if (dimension === 'country') return countryLabel(key);
  return textLabel(key);
}

/** Returns the text to search in: what the list shows of a key. */
function searchTextOf(list: KeyList, key: string): string {
  return `${key} ${create('span', '', ...labelOf(list, key)).textContent}`;
}

function trackClass({ name, dimension }: KeyList, { key }: KeyRow): string {
  return name === 'errorpaths' || dimension === 'status' ? `c${statusClassOf(key.slice(0, 3))}` : '';
}
