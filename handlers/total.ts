import { dimensions } from '../lib/domain/dimensions.ts';
import { total, type TopKey, type Total } from '../lib/pipeline/query/total.ts';
import { progressFields } from './http/reads/answer-progress.ts';
import { countHeaders } from './http/reads/count-headers.ts';
import { csvContentType } from './http/csv.ts';
import { matchesEtag, weakEtag } from './http/etag.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { negotiate } from './http/negotiate.ts';
import { respondJson } from './http/respond.ts';
import { totalToCsv } from './http/reads/total-csv.ts';
import { parseTotalParameters } from './http/reads/total-parameters.ts';
import { routes } from './http/routes.ts';
import { readCounts } from './queries/read-counts.ts';
import { wired, type App } from './wiring.ts';

/** `GET /aggregates/total`: returns a customer's counts of a range of time, in one answer. */
export function totalHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.readTotal, async (request, app) => {
    const customerId = requireCustomer(request);
    const parameters = parseTotalParameters(request.query, app.clock.now());
    const representation = parameters.format ?? negotiate(request.headers.accept);
    const { allowedLatenessSeconds } = app.config;
    const { range, found: summed } = await readCounts(customerId, parameters, app, (kept, ports) =>
      total({ ...kept, customerId, allowedLatenessSeconds }, ports),
    );

    const { requests, folded, complete } = summed;
    const tops = topsByName(summed);
    const rejections = app.recentRejections?.of(customerId);
    const etag = weakEtag([
      customerId,
      representation,
      requests,
      tops,
      summed.measures,
      folded,
      complete,
      rejections?.entries,
    ]);
    const headers = countHeaders(etag, summed);
    if (matchesEtag(request.headers['if-none-match'], etag)) return { status: 304, headers, body: '' };
    if (representation === 'csv') {
      const body = totalToCsv(range, summed);
      return { status: 200, headers: { 'content-type': csvContentType, ...headers }, body };
    }
    const { from, to, pathPrefix } = range;
    return respondJson(
      200,
      {
        customerId,
        from,
        to,
        ...progressFields(summed),
        pathPrefix,
        requests,
        ...tops,
        ...summed.measures,
        folded,
        complete,
        rejections,
      },
      headers,
    );
  });
}

export const handler = totalHandler(wired);

function topsByName({ tops }: Total): Record<string, readonly Omit<TopKey, 'durationMs'>[]> {
  return Object.fromEntries(
    dimensions.flatMap(({ field, topField, isAlwaysThere }) => {
      const largest = tops.get(field);
      if (largest === undefined || (!isAlwaysThere && largest.length === 0)) return [];
      return [[topField, largest.map(({ durationMs: _durationMs, ...key }) => key)] as const];
    }),
  );
}
