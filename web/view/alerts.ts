import type { Client } from '../api/client.ts';
import { loadAlerts, type Alerts } from '../api/load-alerts.ts';
import type { Range } from '../period/period.ts';
import { describeAlert } from '../text/alerts.ts';
import { formatUnit } from '../text/format.ts';
import { create, element, setText } from './elements.ts';

export interface AlertsContext {
  readonly client: Client;
  readonly zone: string;
  /** True if the page reads by a link, which shows counts alone. */
  readonly isShared: boolean;
}

/** The alerts of the period, below the chart. */
export interface AlertsView {
  /** Loads and shows them. Never rejects: without them the page is still of use. */
  load(customer: string, range: Range, signal: AbortSignal): Promise<void>;
}

const hourMilliseconds = 3_600_000;
/** The latest alerts of a period; a list of all would be longer than everything else. */
const mostShown = 20;

export function createAlerts({ client, zone, isShared }: AlertsContext): AlertsView {
  const section = element('alerts', HTMLElement);
  const items = element('alert-list', HTMLUListElement);

  const show = ({ alerts, open, areJudged, hasMore }: Alerts) => {
    section.hidden = !areJudged;
    setText('alerts-note', noteOf(alerts.length, hasMore));
    items.replaceChildren(
      ...alerts
        .slice(-mostShown)
        .toReversed()
        .map((alert) => {
          const when = formatUnit(alert.hour, alert.hour + hourMilliseconds, 'hour', zone);
          const isOpen = alert.isRaised && open.has(alert.id);
          const item = create('li', '', create('span', 'alert-when', when), describeAlert(alert));
          item.dataset.alert = alert.isRaised ? 'raised' : 'resolved';
          if (isOpen) item.append(' ', create('strong', 'alert-open', 'Not over yet'));
          return item;
        }),
    );
  };

  return {
    async load(customer, range, signal) {
      if (isShared) return;
      try {
        show(await loadAlerts(customer, range, client, signal));
      } catch {
        // A pipeline of an earlier version has none, and whatever else is wrong the figures have reported.
        if (!signal.aborted) section.hidden = true;
      }
    },
  };
}

function noteOf(count: number, hasMore: boolean): string {
  if (count === 0) return 'None in this period.';
  if (hasMore) return 'There are more than are listed. Choose a shorter period to see the latest.';
  return count > mostShown ? `The latest ${mostShown} of ${count}.` : '';
}
