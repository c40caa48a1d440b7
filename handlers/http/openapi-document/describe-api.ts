import * as z from 'zod';
import { requestIdPattern } from '../http.ts';
import type { Route } from '../route.ts';
import { routes, type OperationId } from '../routes.ts';
import { batchTexts } from './batch-texts.ts';
import { collectorTexts } from './collector-texts.ts';
import { elasticsearchTexts } from './elasticsearch-texts.ts';
import { describeHeaders } from './headers.ts';
import { namedSchemas, parametersOf, type Json } from './json-schema.ts';
import { lokiTexts } from './loki-texts.ts';
import { describeOperation, type OperationText, type TextOf } from './operation.ts';
import { ownTexts } from './own-texts.ts';
import { protocolTexts } from './protocol-texts.ts';
import { readTexts } from './read-texts.ts';
import { describeRefusals } from './refusals.ts';
import { securitySchemes } from './security.ts';
import { shareTexts } from './share-texts.ts';

const info = {
  title: 'Log analytics pipeline',
  version: '0.2.0',
  summary: 'Exact traffic numbers from access logs, per customer and per minute, hour and day.',
  description:
    'Every accepted entry is counted exactly once, whatever is retried, killed, repeated or late. Other paths answer 404 `API_1000`, other methods 405 `API_1001`. The laptop and the cluster form answer 403 `API_1004` to a Host or an Origin that is not allowed, 400 if `Host`, `x-customer-id`, `idempotency-key` or a content header is sent twice, and 408 `API_1008` to a request that is sent too slowly.',
  license: { name: 'MIT', identifier: 'MIT' },
};

const requestHeaders = z.object({
  'x-request-id': z
    .string()
    .regex(requestIdPattern)
    .optional()
    .describe('Visible ASCII characters. The answer and the log use the same id.'),
});

/** The page and its files are for browsers, and aliases do what another route does: they are not described. */
type DescribedOperation = {
  [Id in OperationId]: (typeof routes)[Id] extends
    | { readonly functionName: 'page' }
    | { readonly isAlias: true }
    ? never
    : Id;
}[OperationId];

const texts: { readonly [Id in DescribedOperation]: TextOf<(typeof routes)[Id]> } = {
  ...batchTexts,
  ...protocolTexts,
  ...elasticsearchTexts,
  ...lokiTexts,
  ...collectorTexts,
  ...readTexts,
  ...shareTexts,
  ...ownTexts,
};

/**
 * Returns the HTTP contract as OpenAPI 3.1, built from the routes table and the schemas that the functions check
 * requests with.
 */
export function describeApi(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [operationId, text] of Object.entries<OperationText>(texts)) {
    const route: Route = routes[operationId as DescribedOperation];
    const operation = describeOperation(operationId, route, text);
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  const [requestId] = parametersOf('header', requestHeaders);
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: namedSchemas(),
      parameters: { 'x-request-id': requestId },
      securitySchemes,
      headers: describeHeaders(),
      responses: describeRefusals(),
    },
  };
}
