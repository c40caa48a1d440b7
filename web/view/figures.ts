import type { Report } from '../api/load-report.ts';
import { countErrors, errorShare } from '../figures/errors.ts';
import { busiest } from '../figures/series.ts';
import type { View } from '../state/url-state.ts';
import { whose } from '../text/agent-groups.ts';
import { changeText } from '../text/change.ts';
import { comparisonNote } from '../text/comparison.ts';
import { namedPeriod, periodName } from '../text/describe.ts';
import { formatCount, formatShare, formatUnit } from '../text/format.ts';
import { element, setText } from './elements.ts';

/**
 * Shows the totals and their change since the time that they are compared with.
 * @param chosen  the report with the requests of the chosen agents
 */
export function showFigures(report: Report, chosen: Report, view: View): void {
  const { agents } = view;
  const { total, buckets, unit, zone, isPending } = chosen;
  setText('requests', formatCount(total.requests));
  setText(
    'requests-note',
    `${isPending ? 'so far, ' : ''}in ${periodName(namedPeriod(report, view))}${agents === 'all' ? '' : `, of ${whose(agents)}`}`,
  );

  const { change, note } = changeOf(chosen);
  setText('change', change);
  setText('change-note', note);

  const most = busiest(buckets);
  setText('busiest-name', `Busiest ${unit}`);
  setText('busiest', most === undefined ? '–' : formatCount(most.requests));
  const when = most === undefined ? '' : formatUnit(most.from, most.to, unit, zone);
  setText('busiest-note', isPending && when !== '' ? `so far, ${when}` : when);

  showErrors(report, agents === 'all' ? '' : ', of all agents');
}

function changeOf({ total, comparison, weeksBack, isPending }: Report): { change: string; note: string } {
  // Incomplete counts cannot be compared.
  if (isPending) return { change: '–', note: 'known when all is counted' };
  if (comparison === undefined) return { change: '…', note: `reading ${comparisonNote(weeksBack)}` };
  const { requests } = comparison.total;
  return {
    change: changeText(total.requests, requests),
    note: `from ${formatCount(requests)} ${comparisonNote(weeksBack)}`,
  };
}

function showErrors({ total, comparison }: Report, agents: string): void {
  const errors = countErrors(total.topStatuses);
  const share = errorShare(errors);
  const before = comparison && errorShare(countErrors(comparison.total.topStatuses));
  const number = element('errors', HTMLElement);
  // A difference too small to see gets no arrow.
  const isWorse = share !== undefined && before !== undefined && share > before;
  number.classList.toggle('bad', isWorse && formatShare(share) !== formatShare(before));
  if (share === undefined) {
    setText('errors', '–');
    setText('errors-note', 'no entry had a status');
    return;
  }
  const part = (requests: number) => formatShare(requests / errors.known);
  setText('errors', formatShare(share));
  // The note keeps its length while the comparison is loading.
  const was =
    comparison === undefined ? '; was …' : before === undefined ? '' : `; was ${formatShare(before)}`;
  setText('errors-note', `4xx ${part(errors.client)}, 5xx ${part(errors.server)}${was}${agents}`);
}
