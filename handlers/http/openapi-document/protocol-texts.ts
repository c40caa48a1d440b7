import type { OperationText } from './operation.ts';

const line =
  '203.0.113.7 - - [28/Dec/2025:18:03:07 +0000] "GET /pricing HTTP/1.1" 200 512 "-" "curl/8.7.1"\n';
const acknowledged = {
  requestId: 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
  timestamp: 1_766_945_000_123,
};
const otlpRequest = {
  resourceLogs: [
    {
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: '1766944987000000000',
              attributes: [
                { key: 'http.request.method', value: { stringValue: 'GET' } },
                { key: 'url.path', value: { stringValue: '/pricing' } },
                { key: 'http.response.status_code', value: { intValue: '200' } },
              ],
            },
          ],
        },
      ],
    },
  ],
};
const otlpRejection =
  '1 of 2 log records are not valid requests and are not counted. For example, record 0: path must not be empty.';

/** The texts of the routes that take batches in the protocols of other programs. */
export const protocolTexts = {
  exportOtlpLogs: {
    summary: 'Send log records by OTLP/HTTP',
    description:
      'Takes an `ExportLogsServiceRequest`. A record is a request by its attributes (the semantic conventions for HTTP, stable or older, or the field names of other programs), or by its body: a line of an access log, or an object with fields. The answer has the encoding of the request. The limits are those of `POST /logs`.',
    requestBody: {
      required: true,
      content: {
        'application/x-protobuf': {
          schema: { type: 'string', description: 'The message in protobuf.' },
          example: '\n\u0000',
        },
        'application/json': { schema: { type: 'object' }, example: otlpRequest },
      },
    },
    answers: {
      200: {
        description:
          'The valid log records are stored and will be counted; `partialSuccess` says how many are not valid.',
        examples: {
          'application/json': { partialSuccess: { rejectedLogRecords: '1', errorMessage: otlpRejection } },
          'application/x-protobuf': '',
        },
      },
    },
    errorExamples: {
      'application/json': {
        code: 14,
        message: 'The request cannot be taken now. It is safe to repeat it as it is.',
      },
      'application/x-protobuf': '\b\u000e',
    },
  },
  deliverFromFirehose: {
    summary: 'Send a delivery of Amazon Data Firehose',
    description:
      'Takes the records of a delivery, each of them one or more lines of an access log or of JSON. The API key is the access key of the HTTP endpoint. A retry is known by the id of the request and compared by its records. The limits are those of `POST /logs`.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['records'],
            properties: {
              requestId: { type: 'string' },
              timestamp: { type: 'integer' },
              records: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['data'],
                  properties: { data: { type: 'string', contentEncoding: 'base64' } },
                },
              },
            },
          },
          example: {
            requestId: 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
            timestamp: 1_766_945_000_000,
            records: [{ data: Buffer.from(line).toString('base64') }],
          },
        },
      },
    },
    answers: {
      200: {
        description: 'The batch is stored and will be counted, now or since an earlier request.',
        examples: { 'application/json': acknowledged },
      },
    },
    errorExamples: {
      'application/json': { ...acknowledged, errorMessage: 'The batch is larger than 16777216 bytes.' },
    },
  },
  pushFromCloudflare: {
    summary: 'Send a batch from Cloudflare Logpush',
    description:
      'Takes the dataset `http_requests` as newline-delimited JSON, compressed with gzip, with the timestamps of any format. The limits are those of `POST /logs`. The test with which Cloudflare checks a new destination is answered and not stored.',
    requestBody: {
      required: true,
      content: {
        'application/x-ndjson': {
          schema: { type: 'string', description: 'A request per line.' },
          example: `${JSON.stringify({
            ClientRequestMethod: 'GET',
            ClientRequestURI: '/pricing',
            ClientRequestUserAgent: 'curl/8.7.1',
            EdgeResponseStatus: 200,
            EdgeStartTimestamp: '2025-12-28T18:03:07Z',
          })}\n`,
        },
      },
    },
    answers: {
      200: {
        description: 'The batch is stored and will be counted; or, as text, the test has passed.',
        headers: ['idempotent-replayed'],
        examples: {
          'application/json': { batchId: 'sha256-…', entries: 2, windows: 1 },
          'text/plain': 'The destination is ready.\n',
        },
      },
    },
  },
  answerFastlyChallenge: {
    summary: 'Allow Fastly to send logs',
    description:
      'Fastly asks this of the host to which its HTTPS log streaming shall send, and sends its logs to `POST /logs`. An asterisk allows any service; what a service sends still needs an API key.',
    answers: {
      200: { description: 'Any service may send.', examples: { 'text/plain': '*\n' } },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
