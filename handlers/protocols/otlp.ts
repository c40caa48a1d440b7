import { exampleOf } from '../../lib/domain/example-of.ts';
import { EmptyBatch, UnsupportedMedia } from '../../lib/errors.ts';
import type { Problem } from '../../lib/errors.ts';
import { httpHandler, type HttpHandler, type HttpRequest } from '../http/http.ts';
import { routes } from '../http/routes.ts';
import { receiveBatch } from '../receive-batch.ts';
import type { App } from '../wiring.ts';
import { encodingOf, respondOtlpError, respondPartialSuccess, respondSuccess } from './otlp/respond-otlp.ts';
import { sentBatch } from './sent-batch.ts';

/**
 * `POST /v1/logs`: takes the log records of an OTLP/HTTP request. It has no delivery id, so a repeated request is
 * recognised by its body.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    routes.exportOtlpLogs,
    async (request, app) => {
      const encoding = requireEncoding(request);
      const mediaType = encoding === 'protobuf' ? 'otlp+protobuf' : 'otlp+json';
      try {
        const { ingested } = await receiveBatch(app, sentBatch(request, { mediaType }));
        const { rejected, details = [], entries } = ingested.batch;
        if (rejected === undefined) return respondSuccess(encoding);
        return respondPartialSuccess(encoding, rejected, describe(rejected, entries, details));
      } catch (error) {
        if (error instanceof EmptyBatch) return respondSuccess(encoding);
        throw error;
      }
    },
    respondOtlpError,
  );
}

function requireEncoding({ headers }: HttpRequest) {
  const encoding = encodingOf(headers);
  if (encoding !== undefined) return encoding;
  throw new UnsupportedMedia('The media type must be application/x-protobuf or application/json.');
}

/** Describes rejected log records in one sentence, since the sender's log has no room for more. */
function describe(rejected: number, entries: number, details: readonly Problem[]): string {
  const counts = `${rejected} of ${rejected + entries} log records`;
  return `${counts} are not valid requests and are not counted.${exampleOf(details, 'record')}`;
}
