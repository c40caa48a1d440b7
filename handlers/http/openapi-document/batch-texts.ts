import { referenceTo } from './json-schema.ts';
import type { OperationText } from './operation.ts';

const entry = {
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'GET',
  path: '/pricing',
  userAgent: 'curl/8.7.1',
  status: 200,
};
const accepted = { batchId: 'readme-1', entries: 1, windows: 1 };
const lines = {
  schema: { type: 'string', description: 'One entry per line.' },
  example: `${JSON.stringify(entry)}\n`,
};

const text = {
  schema: { type: 'string', description: 'A line of an access log a line.' },
  example: '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /pricing HTTP/1.1" 200 512 "-" "curl/8.7.1"\n',
};

const bytes = {
  schema: {
    type: 'string',
    description:
      'An array, lines of JSON or (with `format`) lines of an access log, compressed as `content-encoding` says.',
  },
  example: '\u001f\u008b…',
};

/** The texts of the routes that accept batches and report their state. */
export const batchTexts = {
  sendLogs: {
    summary: 'Send a batch of entries',
    description:
      'A batch is taken as a whole or refused as a whole, unless its invalid entries are set aside (`invalid`). It has at least one entry, at most 16 MiB when decompressed (`MAX_BATCH_BYTES`) and 200,000 entries, of at most 10,080 different minutes. Field names of other programs that `ship` reads are read here, too; a name of this schema wins. A client that gets no answer, a 408, a 429 or a 5xx repeats the same body and key; 409 is success: the batch is counted, once.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { type: 'array', minItems: 1, items: referenceTo('Entry') },
          example: [entry],
        },
        'application/x-ndjson': lines,
        'application/ndjson': lines,
        'text/plain': text,
        'application/gzip': bytes,
        'application/octet-stream': bytes,
      },
    },
    answers: {
      202: {
        description: 'The batch is stored and will be counted.',
        headers: ['idempotent-replayed'],
        examples: { 'application/json': accepted },
      },
    },
  },
  findBatch: {
    summary: 'Read whether a batch is counted',
    answers: {
      200: {
        description: 'The batch is stored; `counted` says whether all of its windows include it.',
        headers: ['cache-control', 'vary'],
        examples: {
          'application/json': { ...accepted, storedAt: '2025-12-28T18:03:10.000Z', counted: true },
        },
      },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
