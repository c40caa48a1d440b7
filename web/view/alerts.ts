import type { Report } from '../api/load-report.ts';
import { hourMilliseconds } from '../period/period.ts';
import { describeAlert } from '../text/alerts.ts';
import { formatUnit } from '../text/format.ts';
import { create, element, setText } from './elements.ts';

/** The latest alerts of a period; a list of all would be longer than everything else. */
const mostShown = 20;

/** Lists the alerts of a report, the latest first. */
export function showAlerts({ alerts: known, zone }: Pick<Report, 'alerts' | 'zone'>): void {
  element('alerts', HTMLElement).hidden = known?.areJudged !== true;
  const { alerts = [], open = [], hasMore = false } = known ?? {};
  setText('alerts-note', noteOf(alerts.length, hasMore));
  element('alert-list', HTMLUListElement).replaceChildren(
    ...alerts
      .slice(-mostShown)
      .toReversed()
      .map((alert) => {
        const when = formatUnit(alert.hour, alert.hour + hourMilliseconds, 'hour', zone);
        const isOpen = alert.isRaised && open.some(({ id }) => id === alert.id);
        const item = create('li', '', create('span', 'alert-when', when), describeAlert(alert));
        item.dataset.alert = alert.isRaised ? 'raised' : 'resolved';
        if (isOpen) item.append(' ', create('strong', 'alert-open', 'Not over yet'));
        return item;
      }),
  );
}

function noteOf(count: number, hasMore: boolean): string {
  if (count === 0) return 'None in this period.';
  if (hasMore) return 'There are more than are listed. Choose a shorter period to see the latest.';
  return count > mostShown ? `The latest ${mostShown} of ${count}.` : '';
}
