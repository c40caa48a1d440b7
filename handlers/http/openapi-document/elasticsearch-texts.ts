import type { OperationText } from './operation.ts';

const license = {
  status: 'active',
  uid: '00000000-0000-0000-0000-000000000000',
  type: 'basic',
  mode: 'basic',
};

const cause = { type: 'illegal_argument_exception', reason: 'The action of item 0 has no document.' };
const errors = {
  errorExamples: {
    'application/json': { error: { root_cause: [cause], ...cause }, status: 400 },
    'text/plain': 'The store cannot be written.\n',
  },
  errorHeaders: ['x-elastic-product'],
} as const;

/** The texts of the routes of Elasticsearch. */
export const elasticsearchTexts = {
  sendBulk: {
    ...errors,
    summary: 'Send a batch as an Elasticsearch bulk request',
    description:
      'Takes what Filebeat, Logstash, fluent-bit, Vector, rsyslog and the client libraries send; by PUT and at `/{index}/_bulk`, too. The documents of `create` and `index` are entries: objects with the fields of any program that `POST /logs` knows, or with an access-log line. Index and id have no meaning; `update` and `delete` are rejected items. A rejected item does not keep the others from being counted. The limits are those of `POST /logs`.',
    requestBody: {
      required: true,
      content: {
        'application/x-ndjson': {
          schema: {
            type: 'string',
            description: 'For each item, a line with its action and a line with its document.',
          },
          example: `{"create":{"_index":"logs"}}\n${JSON.stringify({
            '@timestamp': '2025-12-28T18:03:07Z',
            method: 'GET',
            path: '/pricing',
            status: 200,
            userAgent: 'curl/8.7.1',
          })}\n`,
        },
      },
    },
    answers: {
      200: {
        description:
          'The batch is stored. All items that are not rejected will be counted, also if the batch was sent before.',
        headers: ['x-elastic-product'],
        examples: {
          'application/json': {
            took: 3,
            errors: true,
            items: [
              { create: { _index: 'logs', result: 'created', status: 201 } },
              {
                create: {
                  _index: 'logs',
                  status: 400,
                  error: { type: 'document_parsing_exception', reason: 'path is required' },
                },
              },
            ],
          },
        },
      },
    },
  },
  readLicense: {
    ...errors,
    summary: 'Tell a client of Elasticsearch that it may send',
    answers: {
      200: {
        description: 'A licence that is always active.',
        headers: ['x-elastic-product'],
        examples: { 'application/json': { license } },
      },
    },
  },
  readXpack: {
    ...errors,
    summary: 'Tell an older client of Elasticsearch that it may send',
    answers: {
      200: {
        description: 'A licence that is always active.',
        headers: ['x-elastic-product'],
        examples: { 'application/json': { license, features: {} } },
      },
    },
  },
  readClusterHealth: {
    ...errors,
    summary: 'Answer the health check of a client of Elasticsearch',
    answers: {
      200: {
        description: 'The pipeline can be reached.',
        headers: ['x-elastic-product'],
        examples: {
          'application/json': { cluster_name: 'log-analytics-pipeline', status: 'green', timed_out: false },
        },
      },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
