import { createHash } from 'node:crypto';
import { query, type AnsweredWindow } from '../lib/pipeline/query.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http.ts';
import { encodeNextToken, parseQueryParameters } from './query-parameters.ts';
import { respondJson } from './respond.ts';
import { wired, type App } from './wiring.ts';

/** `GET /aggregates`: the windows of a customer in a range of time. */
export function queryHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    { name: 'GET /aggregates', invalidRequestCode: 'QRY_1000' },
    async (request, app) => {
      const customerId = requireCustomer(request);
      const parameters = parseQueryParameters(request.query, customerId, app.clock.now());
      const { allowedLatenessSeconds } = app.config;
      const page = await query({ ...parameters, customerId, allowedLatenessSeconds }, app);

      const { windowSize, from, to } = parameters;
      const nextToken = page.lastWindow && encodeNextToken(parameters, customerId, page.lastWindow);
      const etag = etagOf(page.windows, nextToken);
      const headers = { etag, 'cache-control': 'private, no-cache', vary: 'x-customer-id' };
      if (matches(request.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
      return respondJson(
        200,
        { customerId, windowSize, from, to, nextToken, windows: page.windows },
        headers,
      );
    },
  );
}

export const handler = queryHandler(wired);

/**
 * Names what the page says. Weak, and of the windows alone: a range that defaults to "until now" moves on while its
 * windows stay the same.
 */
function etagOf(windows: readonly AnsweredWindow[], nextToken: string | undefined): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([windows, nextToken]))
    .digest('base64url');
  return `W/"${hash.slice(0, 22)}"`;
}

/** RFC 9110, section 13.1.2: one of the listed tags is this one, compared weakly, or any will do. */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, '');
  return (
    ifNoneMatch !== undefined &&
    ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || strong(tag) === strong(etag))
  );
}
