import * as z from 'zod';
import { referenceTo } from './json-schema.ts';
import type { Operation } from './operation.ts';
import { batchHeaders, customerHeader } from './request-headers.ts';

const entry = {
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path: '/pricing',
  userAgent: 'curl/8.7.1',
  status: 200,
};
const accepted = { batchId: 'readme-1', entries: 2, windows: 1 };
const lines = {
  schema: { type: 'string', description: 'An entry a line.' },
  example: `${JSON.stringify(entry)}\n`,
};

const bytes = {
  schema: { type: 'string', description: 'An array or lines, compressed as `content-encoding` says.' },
  example: '\u001f\u008b…',
};

/** What takes batches, and tells what became of them. */
export const batchOperations: readonly Operation[] = [
  {
    route: 'POST /logs',
    operationId: 'sendLogs',
    summary: 'Send a batch of entries',
    scopes: ['ingest'],
    description:
      'A batch is taken as a whole or refused as a whole. It has at least one entry, at most 2 MiB when decompressed (`MAX_BATCH_BYTES`), and entries of at most 10,080 different minutes. A client that gets no answer, a 408, a 429 or a 5xx repeats the same body and key; 409 is success: the batch is counted, once.',
    headers: batchHeaders,
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { type: 'array', minItems: 1, items: referenceTo('Entry') },
          example: [entry],
        },
        'application/x-ndjson': lines,
        'application/ndjson': lines,
        'application/gzip': bytes,
        'application/octet-stream': bytes,
      },
    },
    answers: {
      202: {
        description: 'The batch is stored and will be counted.',
        headers: ['idempotent-replayed'],
        content: { 'application/json': { schema: 'Accepted', example: accepted } },
      },
    },
    errors: ['ING_1000', 'ING_1001', 'ING_1002', 'ING_1003', 'ING_1004', 'API_1005', 'API_1007'],
  },
  {
    route: 'GET /batches/{batchId}',
    operationId: 'findBatch',
    summary: 'Look whether a batch is counted',
    scopes: ['ingest', 'read'],
    headers: customerHeader,
    path: z.object({ batchId: z.string().describe('As `POST /logs` answered it, percent-encoded.') }),
    answers: {
      200: {
        description: 'The batch is stored; `counted` says whether all of its windows hold it.',
        headers: ['cache-control', 'vary'],
        content: {
          'application/json': {
            schema: 'Batch',
            example: { ...accepted, storedAt: '2025-12-28T18:03:10.000Z', counted: true },
          },
        },
      },
    },
    errors: ['QRY_1000', 'QRY_1001'],
  },
];
