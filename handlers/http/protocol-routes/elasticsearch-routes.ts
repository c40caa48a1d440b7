import * as z from 'zod';
import { protocolRoute, route, takesBatches } from '../define-route.ts';

const json = 'application/json';
const errorContent = { [json]: 'ElasticsearchError', 'text/plain': 'text' } as const;
const bulk = { answers: { 200: { [json]: 'BulkAnswer' } }, errorContent } as const;
const bulkTo = {
  ...bulk,
  isAlias: true,
  pathParameters: z.object({ index: z.string() }),
} as const;
const handshake = {
  functionName: 'protocols',
  invalidRequestCode: 'QRY_1000',
  scopes: [],
  errorContent,
} as const;

/** Routes of Elasticsearch: bulk requests, and what its clients ask before they send any. */
export const elasticsearchRoutes = {
  sendBulk: protocolRoute('/_bulk', bulk),
  sendBulkTo: protocolRoute('/{index}/_bulk', bulkTo),
  // Elasticsearch takes both methods, and its client for Python uses this one.
  putBulk: route('PUT', '/_bulk', { ...takesBatches, ...bulk, isAlias: true }),
  putBulkTo: route('PUT', '/{index}/_bulk', { ...takesBatches, ...bulkTo }),
  readLicense: route('GET', '/_license', {
    ...handshake,
    answers: { 200: { [json]: 'ElasticsearchLicense' } },
  }),
  readXpack: route('GET', '/_xpack', { ...handshake, answers: { 200: { [json]: 'ElasticsearchLicense' } } }),
  readClusterHealth: route('GET', '/_cluster/health', {
    ...handshake,
    answers: { 200: { [json]: 'ElasticsearchHealth' } },
  }),
} as const;
