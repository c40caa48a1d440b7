import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { httpEvent } from '../app.ts';

export const combinedLine =
  '203.0.113.7 - - [28/Dec/2025:18:03:07 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.7.1"';

/** Sends OTLP in JSON with one record for each body. */
export function postOtlp(bodies: readonly string[], headers: Record<string, string> = {}) {
  const logRecords = bodies.map((body) => ({ body: { stringValue: body } }));
  return postOtlpBody(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), {
    'content-type': 'application/json',
    ...headers,
  });
}

export function postOtlpBody(body: string | Buffer, headers: Record<string, string>) {
  return httpEvent('POST', '/v1/logs', { body, headers });
}

interface Delivery {
  readonly requestId?: string;
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a delivery of Amazon Data Firehose with these records. */
export function deliver(
  records: readonly string[],
  { requestId = 'delivery-1', timestamp = 1, headers = {} }: Delivery = {},
) {
  const body = JSON.stringify({
    requestId,
    timestamp,
    records: records.map((data) => ({ data: Buffer.from(data).toString('base64') })),
  });
  return httpEvent('POST', '/firehose', {
    body,
    headers: { 'content-type': 'application/json', 'x-amz-firehose-request-id': requestId, ...headers },
  });
}

/** Sends a batch of Cloudflare Logpush. */
export function push(body: string | Buffer, headers: Record<string, string> = {}) {
  return httpEvent('POST', '/logpush', { body, headers });
}

export const cloudflareRequest = {
  ClientRequestMethod: 'GET',
  ClientRequestURI: '/a?b=1',
  ClientRequestUserAgent: 'curl/8.7.1',
  EdgeResponseStatus: 200,
  EdgeStartTimestamp: '2025-12-28T18:03:07Z',
};

const protobuf = { 'content-type': 'application/x-protobuf' };
const large = 'x'.repeat(100_001);
const compressed = { 'content-encoding': 'compress' };

/** Requests with an answer of each status of the protocols, for a pipeline whose batches have at most 100,000 bytes. */
export const protocolRequests: readonly (readonly [string, number, APIGatewayProxyEventV2])[] = [
  ['POST /v1/logs', 200, postOtlp([combinedLine])],
  ['POST /v1/logs', 200, postOtlp([combinedLine, 'other'])],
  ['POST /v1/logs', 200, postOtlp([])],
  ['POST /v1/logs', 200, postOtlpBody('', protobuf)],
  ['POST /v1/logs', 400, postOtlpBody('not protobuf', protobuf)],
  ['POST /v1/logs', 400, postOtlpBody('[]', { 'content-type': 'application/json' })],
  ['POST /v1/logs', 413, postOtlpBody(large, protobuf)],
  ['POST /v1/logs', 415, postOtlpBody('{}', { 'content-type': 'text/plain' })],
  ['POST /firehose', 200, deliver([`${combinedLine}\n`])],
  ['POST /firehose', 422, deliver([`${combinedLine} \n`, '\n'])],
  ['POST /firehose', 200, deliver([], { requestId: 'empty' })],
  ['POST /firehose', 400, httpEvent('POST', '/firehose', { body: '{}' })],
  ['POST /firehose', 413, deliver([large])],
  ['POST /firehose', 415, deliver(['x'], { requestId: 'compressed', headers: compressed })],
  [
    'GET /.well-known/fastly/logging/challenge',
    200,
    httpEvent('GET', '/.well-known/fastly/logging/challenge'),
  ],
  ['POST /logpush', 200, push(JSON.stringify(cloudflareRequest))],
  ['POST /logpush', 200, push(`${JSON.stringify(cloudflareRequest)}\nother`)],
  ['POST /logpush', 200, push('{"content":"tests"}')],
  ['POST /logpush', 400, push('')],
  ['POST /logpush', 413, push(large)],
  ['POST /logpush', 415, push('x', compressed)],
];
