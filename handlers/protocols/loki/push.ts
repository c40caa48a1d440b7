import { parseMediaType } from '../../../lib/domain/media-type.ts';
import { givenSource } from '../../http/given-source.ts';
import { httpHandler, type HttpHandler, type HttpRequest } from '../../http/http.ts';
import type { Answer, ErrorAnswer } from '../../http/respond.ts';
import { routes } from '../../http/routes.ts';
import { receiveBatch } from '../../receive-batch.ts';
import type { App } from '../../wiring.ts';
import { bodyEncoding } from '../body-encoding.ts';
import { requireSender } from '../require-sender.ts';

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
      await receiveBatch(app, {
        customerId: requireSender(request, app),
        id: undefined,
        source: givenSource(request),
        invalid: 'set-aside',
        ...formOf(request),
        body: request.body,
      });
      return { status: 204, headers: {}, body: '' };
    },
    lokiError,
  );
}

function formOf(request: HttpRequest) {
  const isJson = parseMediaType(request.headers['content-type'] ?? '') === 'application/json';
  return isJson
    ? ({ mediaType: 'application/vnd.loki.push+json', contentEncoding: bodyEncoding(request) } as const)
    : ({ mediaType: 'application/vnd.loki.push+protobuf', contentEncoding: 'snappy' } as const);
}

/** Loki's errors are a sentence. */
function lokiError({ status, headers, errorDescription }: ErrorAnswer): Answer {
  return {
    status,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    body: `${errorDescription}\n`,
  };
}
