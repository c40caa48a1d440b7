import type { OperationText } from './operation.ts';

const line = '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /pricing HTTP/1.1" 200 5 "-" "curl/8.7.1"';
const stored = {
  200: {
    description: 'The batch is stored, also if it was sent before.',
    examples: { 'application/json': { text: 'Success', code: 0 } },
  },
} as const;

const errors = {
  errorExamples: {
    'application/json': {
      text: 'Invalid data format',
      code: 6,
      'invalid-event-number': 1,
      errorDescription: 'Event 1 is not a JSON object.',
    },
  },
} as const;

/** The texts of the routes of Splunk's HTTP Event Collector. */
export const collectorTexts = {
  collectEvents: {
    ...errors,
    summary: 'Send a batch as events to Splunk',
    description:
      'Takes what agents send to an HTTP Event Collector; at `/services/collector` and `/services/collector/event/1.0`, too. The event is an access-log line or an object, with its own time or else that beside it; `fields` is read where the event is not a request. Events that are not requests are rejected, and do not keep the others from being counted. The limits are those of `POST /logs`. There are no acknowledgements: what is answered with 200 is stored.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { type: 'string', description: 'JSON objects, one after the other.' },
          example: `${JSON.stringify({ time: 1_766_944_987.5, event: line })}\n`,
        },
      },
    },
    answers: stored,
  },
  collectLines: {
    ...errors,
    summary: 'Send a batch as lines to Splunk',
    description: 'Takes access-log lines as they are; at `/services/collector/raw/1.0`, too.',
    requestBody: {
      required: true,
      content: { 'text/plain': { schema: { type: 'string' }, example: `${line}\n` } },
    },
    answers: stored,
  },
  checkCollector: {
    ...errors,
    summary: 'Check whether events can be sent',
    answers: {
      200: {
        description: 'They can; at `/services/collector/health/1.0`, too.',
        examples: { 'application/json': { text: 'HEC is healthy', code: 17 } },
      },
    },
  },
} as const satisfies Readonly<Record<string, OperationText>>;
