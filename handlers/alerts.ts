import { AlertCheck } from '../lib/pipeline/alerts/check-alerts.ts';
import { wired, type App } from './wiring.ts';

/** Limits of a check: less than a third of the function's time-out each, since what has begun runs to its end. */
const maxSeconds = 60;
const customersAtOnce = 8;
/** After a longer pause hours are passed over: an alert about the day before yesterday is of no use to anybody. */
const maxCatchUpHours = 48;

/** Runs on a schedule: judges the hours that have become complete, and sends the alerts that follow. */
export function alertsHandler(wired: () => Promise<App>): () => Promise<void> {
  let check: { readonly app: App; readonly alerts: AlertCheck } | undefined;
  return async () => {
    const app = await wired();
    const { config, metrics, logger } = app;
    const { alertRules: rules, allowedLatenessSeconds } = config;
    if (rules === undefined) return;
    if (check?.app !== app) {
      const options = { allowedLatenessSeconds, maxCatchUpHours, maxSeconds, customersAtOnce };
      const ports = { ...app, rules, targets: app.alertTargets };
      check = { app, alerts: new AlertCheck(ports, options, reporterOf(app)) };
    }
    try {
      const checked = await check.alerts.run();
      if (checked !== undefined && checked.unsent > 0) {
        logger.warn('Some alerts are not sent yet; they are sent again later', { customers: checked.unsent });
      }
    } finally {
      await metrics.flush();
    }
  };
}

export const handler = alertsHandler(wired);

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
