import {
  compareCustomers,
  customerColumns,
  errorShareOf,
  type CustomerRow,
} from '../../figures/customers.ts';
import type { ListState } from '../../state/list-state.ts';
import { changeText } from '../../text/change.ts';
import type { CsvCell } from '../../text/csv.ts';
import { formatShare, formatWhen } from '../../text/format.ts';
import { visibleText } from '../../text/visible-text.ts';
import { create } from '../elements.ts';
import { requestsColumn } from '../lists/columns.ts';
import { createListTable } from '../lists/list-table.ts';
import { shownPage } from '../lists/shown-page.ts';
import type { Sparklines } from './sparklines.ts';

export interface CustomersListContext {
  readonly zone: string;
  readonly sparklines: Sparklines;
  /** Returns the address of a customer's report. */
  readonly hrefOf: (customer: string) => string;
  readonly onOpen: (customer: string) => void;
  readonly onChange: (change: Partial<ListState>, isTyping: boolean) => void;
  readonly onDownload: (head: readonly string[], rows: readonly (readonly CsvCell[])[]) => void;
}

/** The list of all customers with their requests. */
export interface CustomersList {
  readonly element: HTMLElement;
  show(rows: readonly CustomerRow[], state: ListState, note: string, now: number): void;
  setBusy(isBusy: boolean): void;
  /** Puts the focus on a customer; returns false if the page of the list does not have it. */
  focusOn(customer: string): boolean;
}

const pageLength = 25;

export function createCustomersList(context: CustomersListContext): CustomersList {
  const { zone, sparklines } = context;
  let now = 0;
  let all: readonly CustomerRow[] = [];

  const table = createListTable<CustomerRow>({
    name: 'customers',
    title: 'All customers',
    noun: 'customers',
    columns: [
      {
        name: 'key',
        label: 'Customer',
        direction: 'ascending',
        cell: ({ customer }) => linkTo(customer, context),
      },
      requestsColumn,
      {
        name: 'change',
        label: 'Change',
        direction: 'descending',
        cell: ({ current, previous }) =>
          current === undefined || previous === undefined ? '…' : changeText(current, previous),
      },
      {
        name: 'errors',
        label: 'Failed',
        direction: 'descending',
        cell: (row) =>
          create(
            'span',
            row.errors === 0 ? '' : 'failed',
            row.requests === 0 ? '–' : formatShare(errorShareOf(row)),
          ),
      },
      {
        name: 'seen',
        label: 'Last seen',
        direction: 'descending',
        cell: ({ lastSeen }) => formatWhen(lastSeen, now, zone),
      },
      {
        name: 'course',
        label: 'Over time',
        direction: 'descending',
        isSortable: false,
        cell: ({ customer }) => sparklines.elementOf(customer),
      },
    ],
    sortedBy: 'requests',
    isReversible: true,
    keyOf: ({ customer }) => customer,
    onChange: context.onChange,
    onDownload: () =>
      context.onDownload(
        ['customerId', 'requests', 'errors', 'lastSeen', 'currentRequests', 'previousRequests'],
        all.map(({ customer, requests, errors, lastSeen, current, previous }) => [
          customer,
          requests,
          errors,
          new Date(lastSeen).toISOString(),
          current ?? '',
          previous ?? '',
        ]),
      ),
  });

  return {
    element: table.element,
    show(rows, state, note, newNow) {
      now = newNow;
      all = rows;
      table.show(state, {
        ...shownPage(rows, state, customerColumns, {
          textOf: ({ customer }) => customer,
          compare: compareCustomers,
          pageLength,
        }),
        rest: [],
        none:
          state.search === ''
            ? 'No customer has requests on these days.'
            : `No customer matches “${state.search}”.`,
        isSearchable: true,
        note,
      });
    },
    setBusy: (isBusy) => table.setBusy(isBusy),
    focusOn(customer) {
      const rows = [...table.element.querySelectorAll('tr')];
      const link = rows.find(({ dataset }) => dataset.key === customer)?.querySelector('a');
      link?.focus();
      return link !== undefined && link !== null;
    },
  };
}

function linkTo(customer: string, { hrefOf, onOpen }: CustomersListContext): HTMLAnchorElement {
  const link = create('a', 'label key', visibleText(customer));
  link.href = hrefOf(customer);
  link.addEventListener('click', (event) => {
    // Another tab or window gets the address.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onOpen(customer);
  });
  return link;
}
