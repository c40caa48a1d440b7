import type { OperationText } from './operation.ts';

/** The text of the route of Loki. */
export const lokiTexts = {
  pushToLoki: {
    errorExamples: { 'text/plain': 'The body is not valid Snappy data.\n' },
    summary: 'Send a batch as a push to Loki',
    description:
      'Takes what Promtail, Alloy, Vector and fluent-bit push: JSON, or protobuf compressed with Snappy. The line of an entry is an access-log line or a JSON object, with its own time or else that of the entry. Where the line is neither, the structured metadata of the entry and the labels of its stream are read as fields. Entries that are not requests are rejected, and do not keep the others from being counted. The limits are those of `POST /logs`.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { type: 'object' },
          example: {
            streams: [
              {
                stream: { job: 'nginx' },
                values: [
                  [
                    '1766944987000000000',
                    '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /pricing HTTP/1.1" 200 5 "-" "curl/8.7.1"',
                  ],
                ],
              },
            ],
          },
        },
        'application/x-protobuf': {
          schema: {
            type: 'string',
            format: 'binary',
            description: '`logproto.PushRequest`, compressed with Snappy.',
          },
          example: '…',
        },
      },
    },
    answers: { 204: { description: 'The batch is stored, also if it was sent before.' } },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
