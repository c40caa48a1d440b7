import type { OperationText } from './operation.ts';

/** The texts of the routes that take batches in the protocols of other programs. */
export const protocolTexts = {
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
} as const satisfies Readonly<Record<string, OperationText>>;
