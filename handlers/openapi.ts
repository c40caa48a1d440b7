import { matchesEtag, weakEtag } from './http/etag.ts';
import { httpHandler, type HttpHandler } from './http/http.ts';
// Not `openapi/`: the emulator would take such a folder for the function.
import { describeApi } from './http/openapi-document/describe-api.ts';
import { routes } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/** `GET /openapi.json`: returns the HTTP contract as OpenAPI 3.1. */
export function openApiHandler(wired: () => Promise<App>): HttpHandler {
  // The document is made at the first request, and stays the same for as long as the process runs.
  let made: { readonly body: string; readonly etag: string } | undefined;
  return httpHandler(wired, routes.describeApi, async (request) => {
    made ??= make();
    const headers = { etag: made.etag, 'cache-control': 'no-cache' };
    if (matchesEtag(request.headers['if-none-match'], made.etag)) return { status: 304, headers, body: '' };
    return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body: made.body };
  });
}

export const handler = openApiHandler(wired);

function make(): { body: string; etag: string } {
  const body = JSON.stringify(describeApi());
  return { body, etag: weakEtag(body) };
}
