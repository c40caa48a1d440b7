import { parseMediaType } from '../../../lib/domain/media-type.ts';
import { EmptyBatch } from '../../../lib/errors.ts';
import { httpHandler, type HttpHandler, type HttpRequest } from '../../http/http.ts';
import type { Answer, ErrorAnswer } from '../../http/respond.ts';
import { routes } from '../../http/routes.ts';
import { receiveBatch } from '../../receive-batch.ts';
import type { App } from '../../wiring.ts';
import { requireSender } from '../require-sender.ts';
import { sentBatch } from '../sent-batch.ts';

/**
 * `POST /loki/api/v1/push`: takes what Promtail, Alloy and others push to Loki, in JSON or, as Loki has it by default, in
 * protobuf compressed with Snappy. A push that is sent again is known by its body.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
 */
export function lokiPushHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    routes.pushToLoki,
    async (request, app) => {
      const customerId = requireSender(request, app);
      try {
        await receiveBatch(app, sentBatch(request, { customerId, ...formOf(request) }));
      } catch (error) {
        if (!(error instanceof EmptyBatch)) throw error; // there is nothing to store
      }
      return { status: 204, headers: {}, body: '' };
    },
    lokiError,
  );
}

function formOf(request: HttpRequest) {
  const isJson = parseMediaType(request.headers['content-type'] ?? '') === 'application/json';
  return isJson
    ? ({ mediaType: 'loki+json' } as const)
    : ({ mediaType: 'loki+protobuf', contentEncoding: 'snappy' } as const);
}

/** Loki's errors are a sentence. */
function lokiError({ status, headers, errorDescription }: ErrorAnswer): Answer {
  return {
    status,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    body: `${errorDescription}\n`,
  };
}
