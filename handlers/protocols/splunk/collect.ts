import { InvalidRequest } from '../../../lib/errors.ts';
import { givenSource } from '../../http/given-source.ts';
import { httpHandler, type HttpHandler } from '../../http/http.ts';
import { routes } from '../../http/routes.ts';
import { receiveBatch } from '../../receive-batch.ts';
import type { App } from '../../wiring.ts';
import { bodyEncoding } from '../body-encoding.ts';
import { requireSender } from '../require-sender.ts';
import { collectorError, respondCollector } from './answers.ts';

const routesOf = { events: routes.collectEvents, lines: routes.collectLines };
const mediaTypes = { events: 'application/vnd.splunk.events+json', lines: 'text/plain' } as const;

/**
 * `POST /services/collector/event` and `/raw`: takes what agents send to Splunk's HTTP Event Collector, events as JSON objects
 * or lines as they are. A request that is sent again is known by its body.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data
 */
export function collectHandler(wired: () => Promise<App>, form: 'events' | 'lines'): HttpHandler {
  return httpHandler(
    wired,
    routesOf[form],
    async (request, app) => {
      const customerId = requireSender(request, app);
      if (request.body.length === 0) {
        throw new InvalidRequest('The body is empty.', [{ field: 'body', reason: 'is empty' }]);
      }
      await receiveBatch(app, {
        customerId,
        id: undefined,
        source: givenSource(request),
        mediaType: mediaTypes[form],
        invalid: 'set-aside',
        contentEncoding: bodyEncoding(request),
        body: request.body,
      });
      return respondCollector('success');
    },
    collectorError,
  );
}

/** `GET /services/collector/health`: says that events can be sent. */
export function collectorHealthHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    routes.checkCollector,
    async (_request, app) => {
      await app.checkHealth();
      return respondCollector('healthy');
    },
    collectorError,
  );
}
