import type { Report } from '../api/load-report.ts';
import { describePending } from '../text/counting.ts';
import { formatCount, formatShare, formatUnit } from '../text/format.ts';
import { create, element, setText } from './elements.ts';

const unitNames = { minute: 'Minute', hour: 'Hour', day: 'Day' } as const;

/** Shows the requests over time as a table, the latest first. */
export function showSeriesTable({ buckets, unit, zone, total }: Report): void {
  setText('series-unit', unitNames[unit]);
  const rows = buckets.toReversed().map(({ from, to, requests, isPending }) => {
    const head = create('th', '', formatUnit(from, to, unit, zone));
    head.scope = 'row';
    if (isPending)
      return create(
        'tr',
        'pending',
        head,
        create('td', '', describePending(requests)),
        create('td', '', '–'),
      );
    const share = formatShare(total.requests === 0 ? 0 : requests / total.requests);
    return create('tr', '', head, create('td', '', formatCount(requests)), create('td', '', share));
  });
  element('series-rows', HTMLTableSectionElement).replaceChildren(...rows);
}
