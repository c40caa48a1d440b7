import { AlertCheck } from '../lib/pipeline/alerts/check-alerts.ts';
import { openAlerting, wired, type Alerting, type App } from './wiring.ts';

/** Limits of a check: less than a third of the function's time-out each, since what has begun runs to its end. */
const maxSeconds = 60;
const customersAtOnce = 8;
/** After a longer pause hours are passed over: an alert about the day before yesterday is of no use to anybody. */
const maxCatchUpHours = 48;

/** Runs on a schedule: judges the hours that have become complete, and sends the alerts that follow. */
export function alertsHandler(
  wired: () => Promise<App>,
  open: (app: App) => Promise<Alerting> = openAlerting,
): () => Promise<void> {
  // Invocations of a process share one check, which does not run twice at once.
  let opened: Promise<AlertCheck | undefined> | undefined;
  return async () => {
    const app = await wired();
    opened ??= open(app).then((alerting) => createCheck(app, alerting));
    try {
      const check = await opened;
      const checked = await check?.run();
      if (checked !== undefined && checked.unsent > 0) {
        app.logger.warn('Some alerts are not sent yet; they are sent again later', {
          customers: checked.unsent,
        });
      }
    } finally {
      await app.metrics.flush();
    }
  };
}

export const handler = alertsHandler(wired);

function createCheck(app: App, { rules, targets }: Alerting): AlertCheck | undefined {
  if (rules === undefined) return undefined;
  const { allowedLatenessSeconds } = app.config;
  const options = { allowedLatenessSeconds, maxCatchUpHours, maxSeconds, customersAtOnce };
  return new AlertCheck({ ...app, rules, targets }, options, reporterOf(app));
}

function reporterOf({ logger, metrics }: App): ConstructorParameters<typeof AlertCheck>[2] {
  return {
    decided({ id, customerId, kind, change, windowStart }) {
      metrics.alerts.inc({ kind, change });
      logger.info('An alert was decided', { id, customerId, kind, change, windowStart });
    },
    attempted(target, isDelivered) {
      metrics.alertDeliveries.inc({ target, outcome: isDelivered ? 'delivered' : 'failed' });
    },
  };
}
