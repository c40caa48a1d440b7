import { otherKey } from '../lib/domain/folding.ts';
import { listPaths, type ListedPath, type PathPage } from '../lib/pipeline/query/list-paths.ts';
import { csvContentType } from './http/csv.ts';
import { matchesEtag, weakEtag } from './http/etag.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { negotiate } from './http/negotiate.ts';
import { progressCell, progressFields } from './http/reads/answer-progress.ts';
import { countHeaders, linkToNext } from './http/reads/count-headers.ts';
import { pathsToCsv } from './http/reads/paths-csv.ts';
import {
  encodePathsToken,
  parsePathsParameters,
  pathsParametersSchema,
} from './http/reads/paths-parameters.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { readCounts } from './queries/read-counts.ts';
import { wired, type App } from './wiring.ts';

/** `GET /aggregates/paths`: lists the paths of a customer in a range of time, with their counts. */
export function pathsHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.listPaths, async (request, app) => {
    const customerId = requireCustomer(request);
    const parameters = parsePathsParameters(request.query, customerId, app.clock.now());
    const representation = parameters.format ?? negotiate(request.headers.accept);
    const { allowedLatenessSeconds } = app.config;
    const { range, found: page } = await readCounts(customerId, parameters, app, (kept, ports) =>
      listPaths({ ...kept, customerId, allowedLatenessSeconds }, ports),
    );

    const { from, to } = range;
    const { paths, complete } = page;
    const { requests: folded, errors: foldedErrors } = page.folded;
    const nextToken = page.next && encodePathsToken(parameters, customerId, page.next);
    const etag = weakEtag([customerId, representation, paths, page.folded, complete, nextToken]);
    const headers = {
      ...countHeaders(etag, page),
      ...linkToNext(request, pathsParametersSchema, nextToken),
    };
    if (matchesEtag(request.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
    if (representation === 'csv') {
      const said = { from, to, complete, countedThrough: progressCell(page) };
      const body = pathsToCsv(withFolded(page, parameters.after === undefined), said);
      return { status: 200, headers: { 'content-type': csvContentType, ...headers }, body };
    }
    if (representation === 'ndjson') {
      const lines = withFolded(page, parameters.after === undefined).map(withoutSum);
      const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      return { status: 200, headers: { 'content-type': 'application/x-ndjson', ...headers }, body };
    }
    return respondJson(
      200,
      {
        customerId,
        from,
        to,
        ...progressFields(page),
        complete,
        paths: paths.map(withoutSum),
        folded,
        foldedErrors,
        nextToken,
      },
      headers,
    );
  });
}

export const handler = pathsHandler(wired);

/** Puts the counts of unknown paths before the first path of all, where the form has no other place for them. */
function withFolded({ paths, folded }: PathPage, isFirst: boolean): readonly ListedPath[] {
  const isEmpty = folded.requests === 0 && folded.errors === 0;
  return isFirst && !isEmpty ? [{ key: otherKey, ...folded }, ...paths] : paths;
}

function withoutSum({ durationMs: _durationMs, ...path }: ListedPath): Omit<ListedPath, 'durationMs'> {
  return path;
}
