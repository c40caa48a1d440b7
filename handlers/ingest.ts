import { batchIdFromKey, type BatchId } from '../lib/domain/batch-id.ts';
import { formatNames, type FormatName } from '../lib/domain/log-formats/log-reader.ts';
import { parseMediaType, type SentMediaType } from '../lib/domain/media-type.ts';
import type { Config } from '../lib/config.ts';
import { InvalidRequest, UnsupportedMedia } from '../lib/errors.ts';
import type { Ingested } from '../lib/pipeline/ingest/emit-stored.ts';
import type { SentBatch } from '../lib/pipeline/ingest/read-batch.ts';
import { givenSource } from './http/given-source.ts';
import { httpHandler, requireCustomer, type HttpHandler, type HttpRequest } from './http/http.ts';
import { givenInvalidEntries } from './http/invalid-entries.ts';
import { respondError, respondJson, type Answer } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { receiveBatch } from './receive-batch.ts';
import { wired, type App } from './wiring.ts';

/** `POST /logs`: takes a batch of entries. */
export function ingestHandler(app: () => Promise<App>): HttpHandler {
  return httpHandler(app, routes.sendLogs, async (request, app) => {
    const sent = toSentBatch(request, app.config);
    const duplicateStatus = givenDuplicateStatus(request) ?? app.config.duplicateStatus;
    const { ingested } = await receiveBatch(app, sent);
    return answerTo(ingested, request.requestId, duplicateStatus);
  });
}

export const handler = ingestHandler(wired);

function toSentBatch(request: HttpRequest, { invalidEntries }: Config): SentBatch {
  const customerId = requireCustomer(request);
  for (const name of ['content-type', 'content-encoding']) requireSentOnce(request, name);
  // A body without a type is bytes: https://www.rfc-editor.org/rfc/rfc9110.html#section-8.3
  const contentType = request.headers['content-type'] ?? 'application/octet-stream';
  const mediaType = parseMediaType(contentType);
  if (mediaType === undefined) {
    throw new UnsupportedMedia(
      `The media type "${contentType}" is not supported; use application/json, application/x-ndjson or text/plain.`,
    );
  }
  const contentEncoding = request.headers['content-encoding'] ?? '';
  const [id, source] = [givenBatchId(request), givenSource(request)];
  const logFormat = givenLogFormat(request, mediaType);
  const isText = mediaType === 'text/plain' || logFormat !== undefined;
  const invalid = givenInvalidEntries(request) ?? (isText ? 'set-aside' : invalidEntries);
  const { sender, body } = request;
  return { customerId, id, source, sender, mediaType, logFormat, invalid, contentEncoding, body };
}

/** Returns the format of the lines of a text that the request names. It also says that compressed bytes are a text. */
function givenLogFormat({ query }: HttpRequest, mediaType: SentMediaType): FormatName | undefined {
  const { format } = query;
  if (format === undefined || mediaType === 'application/json' || mediaType === 'application/x-ndjson') {
    return undefined;
  }
  const logFormat = formatNames.find((name) => name === format);
  if (logFormat !== undefined) return logFormat;
  const reason = `must be one of ${formatNames.join(', ')}`;
  throw new InvalidRequest(`The parameter format ${reason}.`, [{ field: 'format', reason }]);
}

/** API Gateway joins the values of a header that arrives twice with a comma, which neither of these has. */
function requireSentOnce({ headers }: HttpRequest, name: string): void {
  if (headers[name]?.includes(',') !== true) return;
  const reason = 'must be sent once, with one value';
  throw new InvalidRequest(`The header ${name} ${reason}.`, [{ field: name, reason }]);
}

function givenBatchId({ headers }: HttpRequest): BatchId | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const id = batchIdFromKey(key);
  if (id !== undefined) return id;
  const reason = 'must be 1–255 printable ASCII characters';
  throw new InvalidRequest(`The header idempotency-key ${reason}.`, [{ field: 'idempotency-key', reason }]);
}

function givenDuplicateStatus({ query }: HttpRequest): 409 | 202 | undefined {
  const { duplicate } = query;
  if (duplicate === undefined) return undefined;
  if (duplicate === '202') return 202;
  if (duplicate === '409') return 409;
  const reason = 'must be 202 or 409';
  throw new InvalidRequest(`The parameter duplicate ${reason}.`, [{ field: 'duplicate', reason }]);
}

function answerTo({ batch, isFirst }: Ingested, requestId: string, duplicateStatus: 409 | 202): Answer {
  const { entries, windows, rejected, details } = batch;
  const batchId = batch.id.text;
  if (!isFirst && batch.id.origin === 'key' && duplicateStatus === 409) {
    return respondError('ING_1001', requestId, 'This batch was accepted before; it is counted once.', {
      batchId,
    });
  }
  return respondJson(
    202,
    { batchId, entries, windows, rejected, details },
    isFirst ? {} : { 'idempotent-replayed': 'true' },
  );
}
