/** Examples of parameters and headers whose schema does not list their values, by name. */
export const parameterExamples: Readonly<Record<string, string | number>> = {
  'x-customer-id': 'cus-axon',
  'idempotency-key': 'readme-1',
  'x-source': 'web-1:/var/log/nginx/access.log',
  'x-request-id': '5f0c1d52-6b43-4a3c-9a3e-0d9a2f6f1c11',
  'x-amz-firehose-request-id': 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
  batchId: 'readme-1',
  from: '2025-12-28T18:00:00Z',
  to: '2025-12-28T19:00:00Z',
  limit: 100,
  top: 10,
  pathPrefix: '/docs/',
  tz: 'Europe/Berlin',
  path: 'GET /docs',
  customer: 'cus-axon',
  dimensions: 'status,agentClass',
  search: 'login',
};
