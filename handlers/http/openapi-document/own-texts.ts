import type { OperationText } from './operation.ts';

/** The texts of the routes that describe the pipeline itself. */
export const ownTexts = {
  describeApi: {
    summary: 'This document',
    answers: {
      200: {
        description: 'The contract as OpenAPI 3.1.',
        headers: ['etag', 'cache-control'],
        examples: { 'application/json': { openapi: '3.1.1' } },
      },
      304: { description: 'The client already has this answer.', headers: ['etag', 'cache-control'] },
    },
  },
  readMetrics: {
    summary: 'Metrics of the pipeline',
    answers: {
      200: {
        description: 'Text for Prometheus, without customers, paths or ids.',
        headers: ['cache-control'],
        examples: { 'text/plain': 'log_analytics_batches_ingested_total 3200\n' },
      },
    },
  },
  checkHealth: {
    summary: 'Whether the store can be written',
    description: 'The result is remembered for ten seconds.',
    answers: {
      200: {
        description: 'It can.',
        headers: ['cache-control'],
        examples: { 'application/json': { status: 'ok' } },
      },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
