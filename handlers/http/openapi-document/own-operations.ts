import type { Operation } from './operation.ts';
import { conditionalHeader } from './request-headers.ts';

/** What tells of the pipeline itself. */
export const ownOperations: readonly Operation[] = [
  {
    route: 'GET /openapi.json',
    operationId: 'describeApi',
    summary: 'This document',
    scopes: [],
    headers: conditionalHeader,
    answers: {
      200: {
        description: 'The contract as OpenAPI 3.1.',
        headers: ['etag', 'cache-control'],
        content: { 'application/json': { schema: 'Document', example: { openapi: '3.1.1' } } },
      },
      304: { description: 'The client has this answer already.', headers: ['etag', 'cache-control'] },
    },
  },
  {
    route: 'GET /metrics',
    operationId: 'readMetrics',
    summary: 'What the pipeline counts of itself',
    scopes: [],
    answers: {
      200: {
        description: 'Text for Prometheus, in which no customer, path or id is.',
        headers: ['cache-control'],
        content: {
          'text/plain': { schema: undefined, example: 'log_analytics_batches_ingested_total 3200\n' },
        },
      },
    },
  },
  {
    route: 'GET /health',
    operationId: 'checkHealth',
    summary: 'Whether the store can be written',
    description: 'It is looked at every ten seconds at most.',
    answers: {
      200: {
        description: 'It can.',
        headers: ['cache-control'],
        content: { 'application/json': { schema: 'Health', example: { status: 'ok' } } },
      },
    },
  },
];
