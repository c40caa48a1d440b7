import { isLogpushTest } from '../../lib/domain/protocols/logpush/is-logpush-test.ts';
import { decompress } from '../../lib/pipeline/ingest/decompress.ts';
import { httpHandler, type HttpHandler, type HttpRequest } from '../http/http.ts';
import { respondJson, type Answer } from '../http/respond.ts';
import { routes } from '../http/routes.ts';
import { receiveBatch } from '../receive-batch.ts';
import type { App } from '../wiring.ts';
import { bodyEncoding } from './body-encoding.ts';
import { sentBatch } from './sent-batch.ts';

/** A test is shorter, even if it is not compressed. */
const maxTestBytes = 256;

const testPassed: Answer = {
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: 'The destination is ready.\n',
};

/**
 * `POST /logpush`: takes a batch of Cloudflare Logpush, one JSON object per line. It has no delivery id, so a batch that
 * is sent again is known by its body.
 * https://developers.cloudflare.com/logs/logpush/logpush-job/enable-destinations/http/
 */
export function logpushHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(wired, routes.pushFromCloudflare, async (request, app) => {
    const sent = sentBatch(request, { mediaType: 'text/plain', logFormat: 'json' });
    if (await isTest(request, app.config.maxBatchBytes)) return testPassed;
    const { ingested } = await receiveBatch(app, sent);
    const { id, entries, windows, rejected, details } = ingested.batch;
    const replayed = ingested.isFirst ? {} : { 'idempotent-replayed': 'true' };
    return respondJson(200, { batchId: id.text, entries, windows, rejected, details }, replayed);
  });
}

/** Reports whether the request is the one with which Cloudflare tests a new destination; nothing is stored of it. */
async function isTest(request: HttpRequest, maxBatchBytes: number): Promise<boolean> {
  const encoding = bodyEncoding(request);
  const mayBeTest = request.body.length <= maxTestBytes && (encoding === 'gzip' || encoding === '');
  return mayBeTest && isLogpushTest(await decompress(request.body, encoding, maxBatchBytes));
}
