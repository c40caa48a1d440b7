import { NoSuchBatch } from '../lib/errors.ts';
import { findBatch } from '../lib/pipeline/query/find-batch.ts';
import { httpHandler, requireCustomer, type HttpHandler } from './http/http.ts';
import { customerHeaders } from './http/reads/count-headers.ts';
import { respondJson } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { wired, type App } from './wiring.ts';

/** `GET /batches/{batchId}`: reports whether a batch of the caller is counted. */
export function batchHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.findBatch, async (request, app) => {
    const customerId = requireCustomer(request);
    const batchId = request.pathParameters.batchId ?? '';
    const found = await app.reads.run(customerId, () =>
      findBatch(customerId, batchId, app.store, app.retention),
    );
    if (found === undefined) throw new NoSuchBatch();
    const { id, entries, rejected, details, windows, storedAt } = found.header;
    const batch = {
      batchId: id.text,
      entries,
      rejected,
      details,
      windows,
      storedAt,
      counted: found.isCounted,
    };
    return respondJson(200, batch, customerHeaders);
  });
}

export const handler = batchHandler(wired);
