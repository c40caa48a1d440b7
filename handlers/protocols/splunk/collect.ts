import { EmptyBatch, InvalidRequest } from '../../../lib/errors.ts';
import { httpHandler, type HttpHandler } from '../../http/http.ts';
import { routes } from '../../http/routes.ts';
import { receiveBatch } from '../../receive-batch.ts';
import type { App } from '../../wiring.ts';
import { requireSender } from '../require-sender.ts';
import { sentBatch } from '../sent-batch.ts';
import { collectorError, respondCollector } from './answers.ts';

const routesOf = { events: routes.collectEvents, lines: routes.collectLines };
const mediaTypes = { events: 'splunk+events', lines: 'text/plain' } as const;

/**
 * `POST /services/collector/event` and `/raw`: takes what agents send to Splunk's HTTP Event Collector, events as JSON
 * objects, or plain lines. A repeated request is recognised by its body.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data
 */
export function collectHandler(wired: () => Promise<App>, form: 'events' | 'lines'): HttpHandler {
  return httpHandler(
    wired,
    routesOf[form],
    async (request, app) => {
      const customerId = requireSender(request, app, 'password');
      try {
        await receiveBatch(app, sentBatch(request, { customerId, mediaType: mediaTypes[form] }));
      } catch (error) {
        if (!(error instanceof EmptyBatch)) throw error;
        throw new InvalidRequest('The body has no events.', [{ field: 'body', reason: 'has no events' }]);
      }
      return respondCollector('success');
    },
    collectorError,
  );
}

/** `GET /services/collector/health`: reports that events can be sent. */
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
