import { alertToJson } from '../lib/domain/alerts/alert-json.ts';
import { readAlerts } from '../lib/pipeline/alerts/read-alerts.ts';
import { withinRetention } from '../lib/pipeline/query/within-retention.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { encodeAlertsToken, parseAlertsParameters } from './http/reads/alerts-parameters.ts';
import { customerHeaders } from './http/reads/count-headers.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/** `GET /alerts`: the alerts of the caller, raised and resolved in a range of time. */
export function readAlertsHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.readAlerts, async (request, app) => {
    const customerId = requireCustomer(request);
    const parameters = parseAlertsParameters(request.query, customerId, app.clock.now());
    const { range, found } = await app.reads.run(customerId, () =>
      withinRetention(parameters, app.retention, (kept) => readAlerts({ ...kept, customerId }, app.store)),
    );
    const { events, next, open, judgedThrough } = found;
    const page = {
      customerId,
      from: range.from,
      to: range.to,
      judgedThrough: judgedThrough ?? null,
      open,
      alerts: events.map(alertToJson),
      nextToken: next === undefined ? undefined : encodeAlertsToken(parameters, customerId, next),
    };
    return respondJson(200, page, customerHeaders);
  });
}

export const handler = readAlertsHandler(wired);
