import { isAscii } from 'node:buffer';
import type { DimensionField } from '../lib/domain/dimensions.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import { query, type AnsweredWindow } from '../lib/pipeline/query/query.ts';
import { progressCell, progressFields, type Said } from './http/reads/answer-progress.ts';
import { csvContentType } from './http/csv.ts';
import { matchesEtag, weakEtagOfJson } from './http/etag.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { negotiate } from './http/negotiate.ts';
import { countHeaders, linkToNext } from './http/reads/count-headers.ts';
import {
  encodeNextToken,
  parseQueryParameters,
  queryParametersSchema,
} from './http/reads/query-parameters.ts';
import { windowsToJson, windowToJson, type WindowJson } from './http/reads/windows-json.ts';
import { windowsCsvHeader, windowToCsv } from './http/reads/windows-csv.ts';
import { routes } from './http/routes.ts';
import { answerPathSeries } from './queries/answer-path-series.ts';
import { readCounts } from './queries/read-counts.ts';
import { wired, type App } from './wiring.ts';

/** `GET /aggregates`: returns the windows of a customer in a range of time. */
export function queryHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.readWindows, async (request, app) => {
    const customerId = requireCustomer(request);
    const parameters = parseQueryParameters(request.query, customerId, app.clock.now());
    const { path } = parameters;
    if (path !== undefined) return answerPathSeries(request, customerId, { ...parameters, path }, app);
    const representation = parameters.format ?? negotiate(request.headers.accept);
    const { fields } = parameters;
    const send = representation === 'csv' ? sendRows : (window: AnsweredWindow) => sendJson(window, fields);
    const { allowedLatenessSeconds, maxKeysPerDimension } = app.config;
    const { zone } = parameters;
    const local = zone && { zone, foldingLimits: { maxKeysPerDimension, maxKeyTextBytes } };
    const { range, found: page } = await readCounts(customerId, parameters, app, (kept, ports) =>
      query({ ...kept, customerId, local, allowedLatenessSeconds }, ports, send),
    );

    const { windowSize, from, to } = range;
    const tz = zone?.name;
    const nextToken = page.lastWindow && encodeNextToken(parameters, customerId, page.lastWindow);
    // The etag covers the customer and the windows alone: "until now" and `countedThrough` advance while the windows stay the same.
    const windows = windowsToJson(page.windows);
    const start = `["${customerId}","${representation}",`;
    const etag = weakEtagOfJson([start, windows, `,${JSON.stringify(nextToken ?? null)}]`]);
    const headers = {
      ...countHeaders(etag, page),
      ...linkToNext(request, queryParametersSchema, nextToken),
    };
    if (matchesEtag(request.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
    if (representation === 'csv') {
      const body = windowsCsvHeader + page.windows.map(({ rows }) => rows).join('');
      return { status: 200, headers: { 'content-type': csvContentType, ...headers }, body };
    }
    if (representation === 'ndjson') {
      const body = page.windows.map(({ json }) => `${Buffer.concat(json).toString()}\n`).join('');
      return { status: 200, headers: { 'content-type': 'application/x-ndjson', ...headers }, body };
    }
    const rest = JSON.stringify({ customerId, windowSize, tz, from, to, ...progressFields(page), nextToken });
    const body = `${rest.slice(0, -1)},"windows":${textOf(windows)}}`;
    return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body };
  });
}

export const handler = queryHandler(wired);

/** Returns a window in the requested form. */
interface SentWindow extends WindowJson {
  /** Rows in CSV. */
  readonly rows: string;
}

/** Decodes UTF-8; text without other characters than those of ASCII, as most is, in a fifth of the time. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}

/** Writes a window as JSON. */
function sendJson(window: AnsweredWindow, fields: ReadonlySet<DimensionField> | undefined): SentWindow {
  return { ...windowToJson(window, fields), rows: '' };
}

/** Writes a window as rows of CSV; the etag is that of its JSON. */
function sendRows(window: AnsweredWindow, said: Said): SentWindow {
  const rows = windowToCsv(window, progressCell(said));
  return { json: windowToJson(window).json, rows, bytesSent: Buffer.byteLength(JSON.stringify(rows)) };
}
