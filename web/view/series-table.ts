import type { Report } from '../api/load-report.ts';
import { alertMarks } from '../charts/alert-marks.ts';
import { seriesColumns } from '../charts/series-columns.ts';
import type { AgentChoice } from '../figures/agent-groups.ts';
import { marksDuring, type Mark } from '../figures/chart-content.ts';
import { describePending } from '../text/counting.ts';
import { capitalise, formatCount, formatShare, formatUnit } from '../text/format.ts';
import { create, element } from './elements.ts';

/**
 * Shows everything that the charts show as a table, the latest first.
 * @param report  with the requests of the chosen agents
 */
export function showSeriesTable(report: Report, agents: AgentChoice, now: number): void {
  const { buckets, unit, zone, total } = report;
  const marks = alertMarks(report, now);
  const columns = seriesColumns(report, agents, now);
  const headOf = (text: string, scope: 'col' | 'row') => {
    const head = create('th', '', text);
    head.scope = scope;
    return head;
  };
  const names = [
    capitalise(unit),
    'Requests',
    'Share',
    ...columns.map(({ name }) => name),
    ...(marks.length === 0 ? [] : ['Alerts']),
  ];
  element('series-head', HTMLTableRowElement).replaceChildren(...names.map((name) => headOf(name, 'col')));
  const rows = buckets.map(({ from, to, requests, isPending }, place) => {
    const share = formatShare(total.requests === 0 ? 0 : requests / total.requests);
    return create(
      'tr',
      isPending ? 'pending' : '',
      headOf(formatUnit(from, to, unit, zone), 'row'),
      create('td', '', from > now ? '–' : isPending ? describePending(requests) : formatCount(requests)),
      create('td', '', isPending || from > now ? '–' : share),
      ...columns.map(({ valueAt, format, isLoading }) => {
        const value = valueAt(place);
        return create('td', '', isLoading === true ? '…' : value === undefined ? '–' : format(value));
      }),
      ...(marks.length === 0 ? [] : [create('td', 'words', textsOf(marksDuring(marks, { from, to })))]),
    );
  });
  element('series-rows', HTMLTableSectionElement).replaceChildren(...rows.toReversed());
}

function textsOf(marks: readonly Mark[]): string {
  return marks.map(({ text }) => text).join(' ');
}
