import * as z from 'zod';
import { alertsParametersSchema } from './reads/alerts-parameters.ts';
import { customersParametersSchema } from './reads/customers-parameters.ts';
import { pathsParametersSchema } from './reads/paths-parameters.ts';
import { queryParametersSchema } from './reads/query-parameters.ts';
import { totalParametersSchema } from './reads/total-parameters.ts';
import {
  batchHeaders,
  batchParameters,
  conditionalHeader,
  customerHeader,
  firehoseHeaders,
  readHeaders,
} from './request-headers.ts';
import { batchErrors, protocolRoute, route } from './define-route.ts';
import { collectorRoutes } from './protocol-routes/collector-routes.ts';
import { elasticsearchRoutes } from './protocol-routes/elasticsearch-routes.ts';
import type { Method, Route } from './route.ts';

const json = 'application/json';
const ndjson = 'application/x-ndjson';
const protobuf = 'application/x-protobuf';
const pageOfItself = { functionName: 'page', invalidRequestCode: 'QRY_1000' } as const;

/**
 * Every route that is served, by its operation. The functions, the answers 404 and 405, and the OpenAPI document use
 * this table; tests compare `serverless.yml` and the documents with it.
 */
export const routes = {
  sendLogs: route('POST', '/logs', {
    functionName: 'ingest',
    invalidRequestCode: 'ING_1000',
    scopes: ['ingest'],
    headers: batchHeaders,
    query: batchParameters,
    answers: { 202: { [json]: 'Accepted' } },
    errors: ['ING_1000', 'ING_1001', 'ING_1002', 'ING_1003', 'ING_1004', 'API_1005', 'API_1007'],
  }),
  exportOtlpLogs: protocolRoute('/v1/logs', {
    answers: { 200: { [json]: 'OtlpAnswer', [protobuf]: 'bytes' } },
    errorContent: { [json]: 'OtlpError', [protobuf]: 'bytes' },
  }),
  deliverFromFirehose: protocolRoute('/firehose', {
    keyHeader: 'x-amz-firehose-access-key',
    headers: firehoseHeaders,
    answers: { 200: { [json]: 'FirehoseAnswer' } },
    errors: [...batchErrors, 'ING_1002'],
    errorContent: { [json]: 'FirehoseError' },
  }),
  pushFromCloudflare: protocolRoute('/logpush', {
    answers: { 200: { [json]: 'Accepted', 'text/plain': 'text' } },
  }),
  // `POST /logs` takes Fastly's logs.
  answerFastlyChallenge: route('GET', '/.well-known/fastly/logging/challenge', {
    functionName: 'protocols',
    invalidRequestCode: 'QRY_1000',
    answers: { 200: { 'text/plain': 'text' } },
  }),
  ...elasticsearchRoutes,
  ...collectorRoutes,
  pushToLoki: protocolRoute('/loki/api/v1/push', {
    answers: { 204: {} },
    errorContent: { 'text/plain': 'text' },
  }),
  findBatch: route('GET', '/batches/{batchId}', {
    functionName: 'batch',
    invalidRequestCode: 'QRY_1000',
    refusesUnknownParameters: true,
    scopes: ['ingest', 'read'], // a sender may read the state of its own batches
    headers: customerHeader,
    pathParameters: z.object({
      batchId: z.string().describe('The id that `POST /logs` answered, percent-encoded.'),
    }),
    answers: { 200: { [json]: 'Batch' } },
    errors: ['QRY_1000', 'QRY_1001'],
  }),
  readWindows: route('GET', '/aggregates', {
    functionName: 'query',
    invalidRequestCode: 'QRY_1000',
    refusesUnknownParameters: true,
    scopes: ['read'],
    headers: readHeaders,
    query: queryParametersSchema,
    answers: { 200: { [json]: 'WindowsAnswer', 'text/csv': 'text', [ndjson]: 'text' }, 304: {} },
    errors: ['QRY_1000'],
  }),
  readTotal: route('GET', '/aggregates/total', {
    functionName: 'total',
    invalidRequestCode: 'QRY_1000',
    refusesUnknownParameters: true,
    scopes: ['read'],
    headers: readHeaders,
    query: totalParametersSchema,
    answers: { 200: { [json]: 'Total', 'text/csv': 'text' }, 304: {} },
    errors: ['QRY_1000'],
  }),
  listPaths: route('GET', '/aggregates/paths', {
    functionName: 'paths',
    invalidRequestCode: 'QRY_1000',
    refusesUnknownParameters: true,
    scopes: ['read'],
    headers: readHeaders,
    query: pathsParametersSchema,
    answers: { 200: { [json]: 'PathPage', 'text/csv': 'text', [ndjson]: 'text' }, 304: {} },
    errors: ['QRY_1000'],
  }),
  listCustomers: route('GET', '/customers', {
    functionName: 'customers',
    invalidRequestCode: 'QRY_1000',
    refusesUnknownParameters: true,
    scopes: ['read', 'operate'],
    headers: customerHeader.partial(),
    query: customersParametersSchema,
    answers: { 200: { [json]: 'CustomerPage' } },
    errors: ['QRY_1000'],
  }),
  readAlerts: route('GET', '/alerts', {
    functionName: 'readAlerts',
    invalidRequestCode: 'QRY_1000',
    refusesUnknownParameters: true,
    scopes: ['read'],
    headers: customerHeader,
    query: alertsParametersSchema,
    answers: { 200: { [json]: 'AlertPage' } },
    errors: ['QRY_1000'],
  }),
  shareCounts: route('POST', '/shares', {
    functionName: 'shares',
    invalidRequestCode: 'QRY_1000',
    scopes: ['read'],
    headers: customerHeader,
    answers: { 201: { [json]: 'ShareLink' } },
    errors: ['QRY_1000', 'API_1012'],
  }),
  describeApi: route('GET', '/openapi.json', {
    functionName: 'openapi',
    invalidRequestCode: 'QRY_1000',
    scopes: [],
    headers: conditionalHeader,
    answers: { 200: { [json]: 'Document' }, 304: {} },
  }),
  readMetrics: route('GET', '/metrics', {
    functionName: 'metrics',
    invalidRequestCode: 'QRY_1000',
    scopes: [],
    answers: { 200: { 'text/plain': 'text' } },
  }),
  checkHealth: route('GET', '/health', {
    functionName: 'health',
    invalidRequestCode: 'QRY_1000',
    answers: { 200: { [json]: 'Health' } },
  }),
  readPage: route('GET', '/', {
    ...pageOfItself,
    answers: { 200: { 'text/html': 'text', [json]: 'text' }, 304: {} },
  }),
  // Logstash asks in this way whether the server is there.
  readPageHead: route('HEAD', '/', { ...pageOfItself, isAlias: true, answers: { 200: {} } }),
  readAsset: route('GET', '/assets/{name}', {
    ...pageOfItself,
    answers: { 200: { 'text/javascript': 'text', 'text/css': 'text', 'image/svg+xml': 'text' } },
  }),
} as const satisfies Readonly<Record<string, Route>>;

export type OperationId = keyof typeof routes;

/** Returns the methods of the routes at this path; `undefined` if there are none. */
export function methodsAt(path: string): readonly Method[] | undefined {
  const methods = Object.values(routes)
    .filter((route) => isAt(path, route.path))
    .map(({ method }) => method);
  return methods.length > 0 ? methods : undefined;
}

/** Returns whether a path belongs to the route, with or without a slash at its end. */
function isAt(path: string, route: string): boolean {
  const segments = path.replace(/(?<=.)\/$/, '').split('/');
  const expected = route.split('/');
  return (
    segments.length === expected.length &&
    expected.every((segment, index) => segment.startsWith('{') || segment === segments[index])
  );
}
