import type { Report } from '../api/load-report.ts';
import type { AgentChoice } from '../figures/agent-groups.ts';
import { chooseAgents } from '../figures/choose-agents.ts';
import { toCsv } from '../text/csv.ts';
import { keyTable, seriesTable, type Table } from '../text/download-tables.ts';
import { isoWithOffset } from '../text/iso.ts';
import { element } from './elements.ts';

/** A report as it is shown. */
export interface Shown {
  readonly report: Report;
  readonly agents: AgentChoice;
}

/** Makes the CSV buttons download the data shown beside them. */
export function offerDownloads(shown: () => Shown | undefined): void {
  const offer = (id: string, rowsOf: (report: Report, agents: AgentChoice) => Table) =>
    element(id, HTMLButtonElement).addEventListener('click', () => {
      const now = shown();
      if (now === undefined) return;
      const { report, agents } = now;
      const { head, rows } = rowsOf(report, agents);
      const day = isoWithOffset(report.range.from, report.zone).slice(0, 10);
      download(`${report.customer}-${id.replace('-csv', '')}-${day}.csv`, toCsv(head, rows));
    });
  offer('series-csv', (report, agents) => seriesTable(chooseAgents(report, agents), agents));
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
