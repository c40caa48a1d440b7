import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { sentEntry } from '../../factories.ts';
import { httpEvent } from '../app.ts';
import type { Sent } from './requests.ts';

const tooLarge = { body: 'x'.repeat(100_001) };
const encoded = { 'content-encoding': 'compress' };
const unknownEncoding = { body: 'x', headers: encoded };
const asJson = { 'content-type': 'application/json' };
const entry = JSON.stringify(sentEntry());
const event = JSON.stringify({ event: sentEntry({ path: '/collected' }) });
const pushed = JSON.stringify({ streams: [{ stream: {}, values: [['1766944987000000000', entry]] }] });

const sent: readonly [route: string, status: number, sent: Sent][] = [
  [
    'POST /_bulk',
    200,
    { body: `{"index":{"_index":"a","_id":"1"}}\n${entry}\n{"create":{}}\n{}\n{"delete":{}}\n` },
  ],
  ['POST /_bulk', 400, { body: '{}\n' }],
  ['POST /_bulk', 413, tooLarge],
  ['POST /_bulk', 415, unknownEncoding],
  ['GET /_license', 200, {}],
  ['GET /_xpack', 200, {}],
  ['GET /_cluster/health', 200, {}],
  ['POST /loki/api/v1/push', 204, { body: pushed, headers: asJson }],
  ['POST /loki/api/v1/push', 400, { body: 'x' }],
  ['POST /loki/api/v1/push', 413, { ...tooLarge, headers: asJson }],
  ['POST /loki/api/v1/push', 415, { body: 'x', headers: { ...encoded, ...asJson } }],
  ['POST /services/collector/event', 200, { body: event }],
  ['POST /services/collector/event', 400, { body: `${event},` }],
  ['POST /services/collector/event', 400, {}],
  ['POST /services/collector/event', 413, tooLarge],
  ['POST /services/collector/event', 415, unknownEncoding],
  ['POST /services/collector/raw', 200, { body: JSON.stringify(sentEntry({ path: '/raw' })) }],
  ['POST /services/collector/raw', 400, {}],
  ['POST /services/collector/raw', 413, tooLarge],
  ['POST /services/collector/raw', 415, unknownEncoding],
  ['GET /services/collector/health', 200, {}],
];

/** Requests to the routes of Elasticsearch, Loki and Splunk, one for each status, where a batch may have 100,000 bytes. */
export const senderRequests: readonly (readonly [
  route: string,
  status: number,
  event: APIGatewayProxyEventV2,
])[] = sent.map(([route, status, request]) => {
  const [method = '', path = ''] = route.split(' ');
  return [route, status, httpEvent(method, path, request)] as const;
});
