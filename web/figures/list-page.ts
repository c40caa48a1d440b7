import type { ListState } from '../state/list-state.ts';

/** The column by which a list is sorted, and the direction. */
export interface Order {
  readonly column: string;
  /** True for the direction that is not the column's own: the smallest first, or names from Z to A. */
  readonly isReversed: boolean;
}

/** A part of a list, as one page of it. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** Place of the first row in the list, from 0. */
  readonly start: number;
  /** Rows of the whole list. */
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** Reads by what a list is sorted; `own` if its state does not say, or names no column. */
export function orderOf({ sort }: ListState, columns: readonly string[], own: string): Order {
  const isReversed = sort.startsWith('-');
  const column = isReversed ? sort.slice(1) : sort;
  return columns.includes(column) ? { column, isReversed } : { column: own, isReversed: false };
}

/** Writes an order for an address; the list's own one is `''`. */
export function sortOf({ column, isReversed }: Order, own: string): string {
  return column === own && !isReversed ? '' : `${isReversed ? '-' : ''}${column}`;
}

/** Returns the order after the user chose a column: the column's own one, and the other one if they choose it again. */
export function orderAfter(chosen: string, order: Order, isReversible: boolean): Order {
  return { column: chosen, isReversed: isReversible && chosen === order.column && !order.isReversed };
}

export interface Searched<Row> {
  readonly textOf: (row: Row) => string;
  /** Compares rows by a column, in its own direction. */
  readonly compare: (column: string) => (a: Row, b: Row) => number;
  readonly pageLength: number;
}

/** Returns the rows that contain the text that is searched for, without regard to case, in order. */
export function matchingRows<Row>(
  rows: readonly Row[],
  search: string,
  { column, isReversed }: Order,
  { textOf, compare }: Pick<Searched<Row>, 'textOf' | 'compare'>,
): Row[] {
  const sought = search.trim().toLowerCase();
  const found = sought === '' ? [...rows] : rows.filter((row) => textOf(row).toLowerCase().includes(sought));
  const inOrder = compare(column);
  return found.sort(isReversed ? (a, b) => inOrder(b, a) : inOrder);
}

/** Cuts out one page; a page behind the last one is the last one. */
export function pageOf<Row>(rows: readonly Row[], wanted: number, pageLength: number): ListPage<Row> {
  const pages = Math.max(1, Math.ceil(rows.length / pageLength));
  const page = Math.min(wanted, pages);
  const start = (page - 1) * pageLength;
  return { rows: rows.slice(start, start + pageLength), start, total: rows.length, page, pages };
}
