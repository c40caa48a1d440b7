import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { meanOf } from '../../lib/domain/mean-of.ts';
import { pathSeries, type AnsweredPathWindow } from '../../lib/pipeline/query/path-series.ts';
import { csvContentType } from '../http/csv.ts';
import { matchesEtag, weakEtag } from '../http/etag.ts';
import type { HttpRequest } from '../http/http.ts';
import { negotiate } from '../http/negotiate.ts';
import { progressCell, progressFields } from '../http/reads/answer-progress.ts';
import { countHeaders, linkToNext } from '../http/reads/count-headers.ts';
import { pathWindowsToCsv } from '../http/reads/path-windows-csv.ts';
import {
  encodeNextToken,
  queryParametersSchema,
  type QueryParameters,
} from '../http/reads/query-parameters.ts';
import { respondJson, type TextAnswer } from '../http/respond.ts';
import type { App } from '../wiring.ts';
import { readCounts } from './read-counts.ts';

/** Answers `GET /aggregates?path=`: the windows of one path. */
export async function answerPathSeries(
  request: HttpRequest,
  customerId: CustomerId,
  parameters: QueryParameters & { readonly path: string },
  app: App,
): Promise<TextAnswer> {
  const representation = parameters.format ?? negotiate(request.headers.accept);
  const { allowedLatenessSeconds } = app.config;
  const { range, found: page } = await readCounts(customerId, parameters, app, (kept, ports) =>
    pathSeries({ ...kept, customerId, allowedLatenessSeconds }, ports),
  );

  const { windowSize, from, to, path, zone } = range;
  const { folded, foldedErrors } = page;
  const nextToken = page.lastWindow && encodeNextToken(parameters, customerId, page.lastWindow);
  const windows = page.windows.map(windowToSend);
  const etag = weakEtag([customerId, representation, windows, folded, foldedErrors, nextToken]);
  const headers = {
    ...countHeaders(etag, page),
    ...linkToNext(request, queryParametersSchema, nextToken),
  };
  if (matchesEtag(request.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
  if (representation === 'csv') {
    const body = pathWindowsToCsv(page.windows, path, progressCell(page));
    return { status: 200, headers: { 'content-type': csvContentType, ...headers }, body };
  }
  if (representation === 'ndjson') {
    const body = windows.map((window) => `${JSON.stringify(window)}\n`).join('');
    return { status: 200, headers: { 'content-type': 'application/x-ndjson', ...headers }, body };
  }
  const said = { customerId, windowSize, tz: zone?.name, path, from, to, ...progressFields(page) };
  return respondJson(200, { ...said, folded, foldedErrors, nextToken, windows }, headers);
}

function windowToSend(window: AnsweredPathWindow) {
  const { customerId, windowSize, windowStart, requests, errors, bytes, durationMs, timed } = window;
  const { complete, updatedAt, folded, foldedErrors } = window;
  return {
    customerId,
    windowSize,
    windowStart,
    requests,
    errors,
    bytes,
    ...(timed > 0 && { durationMs, meanMs: meanOf(durationMs, timed) }),
    ...(folded > 0 && { folded }),
    ...(foldedErrors > 0 && { foldedErrors }),
    complete,
    updatedAt,
  };
}
