import type { Report } from '../api/load-report.ts';
import { toCsv } from '../text/csv.ts';
import type { Table } from '../text/download-tables.ts';
import { isoWithOffset } from '../text/iso.ts';

/** Downloads a table of a report as CSV; the file is named after the customer, the table and the first day. */
export function downloadTable(
  { customer, range, zone }: Pick<Report, 'customer' | 'range' | 'zone'>,
  name: string,
  { head, rows }: Table,
): void {
  const day = isoWithOffset(range.from, zone).slice(0, 10);
  download(`${customer}-${name}-${day}.csv`, toCsv(head, rows));
}

/** Lets the browser save a text as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the content when it follows the link, which may be after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
