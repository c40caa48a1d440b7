import type { Report } from '../api/load-report.ts';
import { toCsv } from '../text/csv.ts';
import { keyTable, seriesTable, type Table } from '../text/download-tables.ts';
import { isoWithOffset } from '../text/iso.ts';
import { element } from './elements.ts';

/** Makes the CSV buttons download the data shown beside them. */
export function offerDownloads(report: () => Report | undefined): void {
  const offer = (id: string, rowsOf: (report: Report) => Table) =>
    element(id, HTMLButtonElement).addEventListener('click', () => {
      const shown = report();
      if (shown === undefined) return;
      const { head, rows } = rowsOf(shown);
      const day = isoWithOffset(shown.range.from, shown.zone).slice(0, 10);
      download(`${shown.customer}-${id.replace('-csv', '')}-${day}.csv`, toCsv(head, rows));
    });
  offer('series-csv', seriesTable);
  offer('paths-csv', ({ total }) => keyTable('path', total.topPaths, total));
  offer('agents-csv', ({ total }) => keyTable('userAgent', total.topUserAgents, total));
  offer('statuses-csv', ({ total }) => keyTable('status', total.topStatuses, total));
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the content when it follows the link, which may be after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
