import { bulkAnswer } from '../../../lib/domain/protocols/elasticsearch/bulk-answer.ts';
import { createRangesLookup } from '../../../lib/domain/rejected-entries.ts';
import { finishInTurns } from '../../../lib/pipeline/turns/finish-in-turns.ts';
import { httpHandler, type HttpHandler } from '../../http/http.ts';
import { routes } from '../../http/routes.ts';
import { receiveBatch } from '../../receive-batch.ts';
import type { App } from '../../wiring.ts';
import { requireSender } from '../require-sender.ts';
import { sentBatch } from '../sent-batch.ts';
import { elasticsearchError, respondElasticsearch } from './answers.ts';

/**
 * `POST /_bulk` and `POST /{index}/_bulk`: takes the bulk requests of Elasticsearch's clients. Names of indexes and ids of
 * documents have no meaning. A request that is sent again is known by its body.
 * https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export function bulkHandler(wired: () => Promise<App>): HttpHandler {
  return httpHandler(
    wired,
    routes.sendBulk,
    async (request, app) => {
      const startedAt = performance.now();
      const sent = sentBatch(request, {
        mediaType: 'elasticsearch+bulk',
        customerId: requireSender(request, app),
      });
      let answer = '';
      await receiveBatch(app, sent, async ({ batch }, body) => {
        const { rejected: count = 0, rejectedRanges = '', details = [] } = batch;
        const isRejected = createRangesLookup(rejectedRanges);
        const took = Math.round(performance.now() - startedAt);
        answer = await finishInTurns(bulkAnswer(body, { isRejected, count, details }, took));
      });
      return respondElasticsearch(answer);
    },
    elasticsearchError,
  );
}
