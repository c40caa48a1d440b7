import { orderAfter, orderOf, sortOf, type Order } from '../../figures/list-page.ts';
import type { ListState } from '../../state/list-state.ts';
import { create } from '../elements.ts';
import { describePrinted, mostPrinted } from '../../text/printed-rows.ts';
import { onPrint } from '../on-print.ts';
import { createPager, type PagerText } from './pager.ts';

export interface Column<Row> {
  /** The name in addresses. */
  readonly name: string;
  readonly label: string;
  /** The direction in which it is sorted at first. */
  readonly direction: 'ascending' | 'descending';
  /** False if sorting by it would change nothing, or is not possible. */
  readonly isSortable?: boolean;
  readonly cell: (row: Row) => string | Node;
}

export interface ListTableOptions<Row> {
  /** Name of the list in the address and in the ids of its elements. */
  readonly name: string;
  readonly title: string;
  /** The rows, as a plural noun: `paths`. */
  readonly noun: string;
  /** The first one has the heads of the rows. */
  readonly columns: readonly [Column<Row>, ...Column<Row>[]];
  /** Name of the column by which the list is sorted unless the user chooses another one. */
  readonly sortedBy: string;
  /** The user may also sort by a column in its other direction. */
  readonly isReversible: boolean;
  readonly level?: 'h2' | 'h3';
  readonly keyOf: (row: Row) => string;
  readonly onChange: (change: Partial<ListState>, isTyping: boolean) => void;
  /** `undefined`: the list cannot be downloaded. */
  readonly onDownload?: () => void;
}

/** The page of rows that a list shows. */
export interface ShownRows<Row> extends PagerText {
  readonly rows: readonly Row[];
  /** The rows of all pages, which are printed. */
  readonly all: readonly Row[];
  /** There are more rows than all of these. */
  readonly hasMore: boolean;
  /** Rows that are on every page, below the others: those of `(other)`. */
  readonly rest: readonly Row[];
  /** The text in place of rows; used if there are none. */
  readonly none: string;
  /** True if there is something to search in. */
  readonly isSearchable: boolean;
  /** A sentence below the list. */
  readonly note?: string;
}

/** A table of fixed length, with search, sorting and pages. Its state is in the address. */
export interface ListTable<Row> {
  readonly element: HTMLElement;
  show(state: ListState, shown: ShownRows<Row>): void;
  /** The rows are being replaced. */
  setBusy(isBusy: boolean): void;
  /** Says why rows are missing, until rows are shown again. */
  showProblem(text: string): void;
}

/** Typing ends when no key was pressed for this time. */
const typingMilliseconds = 200;

export function createListTable<Row>(options: ListTableOptions<Row>): ListTable<Row> {
  const { name, title, noun, columns, sortedBy, isReversible, keyOf, onChange, onDownload } = options;
  const names = columns.filter(({ isSortable }) => isSortable !== false).map((column) => column.name);
  let order: Order = { column: sortedBy, isReversed: false };

  const heading = create(options.level ?? 'h2', '', title);
  heading.id = `${name}-title`;
  const search = createSearch(`${name}-search`, noun, (text) => onChange({ search: text }, true));
  const tools = create('div', 'card-tools', search.element);
  if (onDownload !== undefined) tools.append(downloadButton(`${name}-csv`, noun, onDownload));
  const heads = columns.map(({ name: column, label, isSortable }) => {
    if (isSortable === false) {
      const head = withRole(create('th', '', label), 'columnheader');
      head.scope = 'col';
      return head;
    }
    const button = create('button', 'sort', label);
    button.type = 'button';
    button.addEventListener('click', () =>
      onChange({ sort: sortOf(orderAfter(column, order, isReversible), sortedBy) }, false),
    );
    const head = withRole(create('th', '', button), 'columnheader');
    head.scope = 'col';
    return head;
  });
  const body = withRole(create('tbody', ''), 'rowgroup');
  body.id = name;
  const foot = withRole(create('tfoot', ''), 'rowgroup');
  const headRow = withRole(create('tr', '', ...heads), 'row');
  // A narrow screen shows each row as a block. Browsers do not take that for a table unless it says so.
  const table = withRole(
    create('table', 'list-table', withRole(create('thead', '', headRow), 'rowgroup'), body, foot),
    'table',
  );
  table.setAttribute('aria-labelledby', heading.id);
  const note = create('p', 'list-note');
  const pager = createPager(noun, (page) => onChange({ page }, false));
  const section = create(
    'section',
    `card list list-${name}`,
    create('header', 'card-head', heading, tools),
    table,
    note,
    pager.element,
  );
  section.setAttribute('aria-labelledby', heading.id);

  const rowOf = (row: Row): HTMLTableRowElement => {
    const cells = columns.map(({ label, cell }, place) => {
      const content = create(place === 0 ? 'th' : 'td', '', cell(row));
      if (place === 0) content.scope = 'row';
      else content.dataset.label = label;
      return withRole(content, place === 0 ? 'rowheader' : 'cell');
    });
    const created = withRole(create('tr', '', ...cells), 'row');
    created.dataset.key = keyOf(row);
    return created;
  };
  const noneRow = (text: string): HTMLTableRowElement => {
    const cell = withRole(create('td', 'none', text), 'cell');
    cell.colSpan = columns.length;
    return withRole(create('tr', '', cell), 'row');
  };

  body.append(noneRow('Loading…'));

  const printed = create('p', 'printed');
  note.before(printed);
  let shownRows: Pick<ShownRows<Row>, 'rows' | 'all' | 'hasMore' | 'none'> | undefined;
  let isPrinted = false;
  const showRows = () => {
    if (shownRows === undefined) return;
    const { rows, all, hasMore, none } = shownRows;
    const those = isPrinted ? all.slice(0, mostPrinted) : rows;
    body.replaceChildren(...(those.length > 0 ? those.map(rowOf) : [noneRow(none)]));
    printed.textContent = isPrinted ? describePrinted(those.length, all.length, hasMore, noun) : '';
  };
  onPrint((isPrinting) => {
    isPrinted = isPrinting;
    keepingFocus(section, showRows);
  });

  return {
    element: section,
    show(state, { rows, all, hasMore, rest, none, isSearchable, note: sentence = '', ...pages }) {
      order = orderOf(state, names, sortedBy);
      for (const [place, { name: column, direction }] of columns.entries()) {
        const other = direction === 'ascending' ? 'descending' : 'ascending';
        const isSorted = column === order.column;
        if (isSorted) heads[place]?.setAttribute('aria-sort', order.isReversed ? other : direction);
        else heads[place]?.removeAttribute('aria-sort');
      }
      search.show(state.search, isSearchable || state.search !== '');
      keepingFocus(section, () => {
        shownRows = { rows, all, hasMore, none };
        showRows();
        foot.replaceChildren(...rest.map(rowOf));
      });
      note.textContent = sentence;
      note.hidden = sentence === '';
      pager.show(pages);
      section.ariaBusy = 'false';
    },
    showProblem(text) {
      note.textContent = text;
      note.hidden = false;
      section.ariaBusy = 'false';
    },
    setBusy(isBusy) {
      section.ariaBusy = String(isBusy);
    },
  };
}

interface Search {
  readonly element: HTMLElement;
  show(text: string, isShown: boolean): void;
}

function createSearch(id: string, noun: string, onSearch: (text: string) => void): Search {
  const input = create('input', '');
  input.type = 'search';
  input.id = id;
  input.placeholder = 'Search';
  input.maxLength = 200;
  input.autocomplete = 'off';
  input.spellcheck = false;
  const label = create('label', 'list-search', create('span', 'visually-hidden', `Search ${noun}`), input);
  let timer: number | undefined;
  input.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      timer = undefined;
      onSearch(input.value);
    }, typingMilliseconds);
  });
  return {
    element: label,
    show(text, isShown) {
      // What the user is typing is newer than the address.
      if (timer === undefined && input.value !== text) input.value = text;
      label.hidden = !isShown && document.activeElement !== input;
    },
  };
}

function downloadButton(id: string, noun: string, onDownload: () => void): HTMLButtonElement {
  const button = create(
    'button',
    'button small',
    'CSV',
    create('span', 'visually-hidden', ` of the ${noun}`),
  );
  button.type = 'button';
  button.id = id;
  button.addEventListener('click', onDownload);
  return button;
}

function withRole<E extends HTMLElement>(element: E, role: string): E {
  element.setAttribute('role', role);
  return element;
}

/** Replaces rows, and puts the focus on what has replaced the focused element, or on the list if nothing has. */
function keepingFocus(section: HTMLElement, replace: () => void): void {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement ? focused.closest('tr')?.dataset.key : undefined;
  const isWithin = key !== undefined && section.contains(focused);
  replace();
  if (!isWithin) return;
  const row = [...section.querySelectorAll('tr')].find(({ dataset }) => dataset.key === key);
  const successor = row?.querySelector<HTMLElement>('a, button');
  if (successor === undefined || successor === null) section.tabIndex = -1;
  (successor ?? section).focus({ preventScroll: true });
}
