import { SSMClient } from '@aws-sdk/client-ssm';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorizeHandler, type AuthorizerAnswer } from '../../handlers/authorize.ts';
import { batchHandler } from '../../handlers/batch.ts';
import { customersHandler } from '../../handlers/customers.ts';
import { fallbackHandler } from '../../handlers/fallback.ts';
import { healthHandler } from '../../handlers/health.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { metricsHandler } from '../../handlers/metrics.ts';
import { openApiHandler } from '../../handlers/openapi.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { protocolsHandler } from '../../handlers/protocols.ts';
import { queryHandler } from '../../handlers/query.ts';
import { totalHandler } from '../../handlers/total.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createSsmApiKeys } from '../../lib/adapters/ssm-api-keys.ts';
import { hashOfApiKey } from '../../lib/domain/api-key.ts';
import { batchKey } from '../../lib/domain/keys.ts';
import { encodeInstallationSecrets, secretsParameterOf } from '../../lib/domain/installation-secrets.ts';
import { createLogger } from '../../lib/logger.ts';
import { authorizeLimits, createAuthorize } from '../../lib/pipeline/authorize/authorize.ts';
import { installationSecret, newApiKey, newOldApiKey, recordParameter } from '../api-keys.ts';
import { credentials } from '../aws/clients.ts';
import { startParameterServer } from '../aws/parameter-server.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { batchIdOf, customer, sentEntry } from '../factories.ts';
import { authorized, httpEvent, postLogs, testApp } from './app.ts';

const path = '/log-analytics-pipeline/dev/api-keys';
const key = newApiKey();
const old = newOldApiKey();
const refused = {
  isAuthorized: false,
  context: { customerId: '', scopes: '', keyId: '', sharedUntil: '', unavailable: 'false' },
};
const unknown = { isAuthorized: true, context: { ...refused.context, unavailable: 'true' } };

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function authorizerEvent(authorization: string | undefined): APIGatewayRequestAuthorizerEventV2 {
  return {
    ...httpEvent('GET', '/aggregates', authorization === undefined ? {} : { headers: { authorization } }),
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:000000000000:api/$default/GET/aggregates',
    identitySource: [authorization ?? ''],
    cookies: [],
  };
}

describe('the authorizer', () => {
  let server: RunningServer;
  let client: SSMClient;
  let authorize: (authorization: string | undefined) => Promise<AuthorizerAnswer>;

  beforeEach(async () => {
    const secrets = secretsParameterOf(path);
    const parameters = new Map([
      [secrets, encodeInstallationSecrets([installationSecret()])],
      recordParameter(path, key, { scopes: ['read'] }),
      [`${path}/${hashOfApiKey(old)}`, 'cus-old'],
    ]);
    server = await startParameterServer(parameters, { secureNames: new Set([secrets]) });
    client = new SSMClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    const clock = { now: () => new Date() };
    const logger = createLogger({ level: 'error', clock, write: () => {} });
    const copies = new InMemoryObjectStore();
    const ports = { apiKeys: createSsmApiKeys(client, path), copies, clock, logger };
    const made = createAuthorize(ports, { ...authorizeLimits, acceptOldKeys: true });
    const handler = authorizeHandler(async () => made);
    authorize = (authorization) => handler(authorizerEvent(authorization));
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  it('says whose key it is and what the key may do', async () => {
    expect(await authorize(`Bearer ${key.text}`)).toEqual({
      isAuthorized: true,
      context: {
        customerId: 'cus-axon',
        scopes: 'read',
        keyId: key.id,
        sharedUntil: '',
        unavailable: 'false',
      },
    });
    expect(await authorize(`Bearer ${old}`)).toMatchObject({
      isAuthorized: true,
      context: { customerId: 'cus-old', scopes: 'ingest read' },
    });
  });

  it.each([
    ['of Amazon Data Firehose, which sends the key alone', key.text],
    ['of Splunk', `Splunk ${key.text}`],
    ['of HTTP Basic, whatever the user', `Basic ${base64(`loki:${key.text}`)}`],
    ['of Elasticsearch, whatever the id', `ApiKey ${base64(`id:${key.text}`)}`],
    ['of Elasticsearch, where the key was not encoded', `ApiKey ${key.text}`],
    ['of HTTP with another case and two blanks', `BEARER  ${key.text}`],
  ])('takes a key in the form %s', async (_, presented) => {
    expect(await authorize(presented)).toMatchObject({ isAuthorized: true, context: { keyId: key.id } });
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['another scheme', `Basic ${key.text}`],
    ['a key that no colon precedes in a pair', `Basic ${base64('user')}`],
    ['a made-up key as the password', `Basic ${base64(`user:${newApiKey(installationSecret(2)).text}`)}`],
    ['a key of another shape', 'Bearer ../../secret'],
    ['a made-up key', `Bearer ${newApiKey(installationSecret(2)).text}`],
    ['a key that was revoked', `Bearer ${newApiKey().text}`],
    ['an old key that is nobody’s', `Bearer ${newOldApiKey()}`],
  ])('lets nobody in with %s', async (_, authorization) => {
    expect(await authorize(authorization)).toEqual(refused);
  });

  it('never fails: where keys cannot be looked up, the function is to answer', async () => {
    await server.close();
    expect(await authorize(`Bearer ${key.text}`)).toEqual(unknown);
    server = await startParameterServer(new Map());
  });

  it('never fails: also where it cannot be put together, which it logs', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = authorizeHandler(() => Promise.reject(new Error('the environment is wrong')));
    expect(await broken(authorizerEvent(`Bearer ${key.text}`))).toEqual(unknown);
    expect(log).toHaveBeenCalledTimes(1);
    expect(await broken(authorizerEvent(undefined))).toEqual(refused);
    log.mockRestore();
  });
});

const deployed = { environment: { STORAGE: 'aws' } };
const handlers = {
  'POST /logs': ingestHandler,
  'POST /logpush': protocolsHandler,
  'GET /aggregates': queryHandler,
  'GET /aggregates/total': totalHandler,
  'GET /aggregates/paths': pathsHandler,
  'GET /batches/{batchId}': batchHandler,
  'GET /customers': customersHandler,
  'GET /openapi.json': openApiHandler,
  'GET /metrics': metricsHandler,
  'PUT /logs': fallbackHandler,
};

describe('a function behind the authorizer', () => {
  function request(route: string) {
    const [method = '', requestPath = ''] = route.split(' ');
    if (method === 'POST') return postLogs([sentEntry()], { 'idempotency-key': 'key' });
    return { ...httpEvent(method, requestPath), pathParameters: { batchId: 'key' } };
  }

  it('trusts the authorizer, and not a header', async () => {
    const { app } = testApp(deployed);
    const post = postLogs([sentEntry()], { 'x-customer-id': 'cus-other', 'idempotency-key': 'key' });
    expect(await ingestHandler(async () => app)(authorized(post, 'cus-axon'))).toMatchObject({
      statusCode: 202,
    });

    const read = async (customerId: string) => {
      const event = { ...httpEvent('GET', '/batches/key'), pathParameters: { batchId: 'key' } };
      return (await batchHandler(async () => app)(authorized(event, customerId))).statusCode;
    };
    expect([await read('cus-axon'), await read('cus-other')]).toEqual([200, 404]);
  });

  it('takes nothing where there is no authorizer', async () => {
    const { app } = testApp(deployed);
    const answer = await ingestHandler(async () => app)(postLogs([sentEntry()]));
    expect(answer.statusCode).toBe(400);
  });

  it.each(Object.entries(handlers))('%s answers 503 where the client is unknown', async (route, make) => {
    const { app } = testApp(deployed);
    const answer = await make(async () => app)(
      authorized(request(route), 'cus-axon', { scopes: 'ingest read', unavailable: 'true' }),
    );
    expect(answer.statusCode).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': '60' });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ errorCode: 'API_1002' });
    expect(await app.store.get(batchKey(customer(), batchIdOf('key')))).toBeUndefined();
  });

  it.each([
    ['POST /logs', 'ingest', 'read'],
    ['GET /aggregates', 'read', 'ingest'],
    ['GET /aggregates/total', 'read', 'ingest'],
    ['GET /customers', 'read', 'ingest'],
  ] as const)(
    '%s takes a key with the scope %s, and answers 403 to one with %s',
    async (route, scope, other) => {
      const { app } = testApp(deployed);
      const handle = handlers[route](async () => app);
      const answer = async (scopes: string) => handle(authorized(request(route), 'cus-axon', { scopes }));
      for (const scopes of [other, '', 'everything']) {
        const { statusCode, body = '' } = await answer(scopes);
        expect(statusCode).toBe(403);
        expect(JSON.parse(body)).toMatchObject({ errorCode: 'API_1006', errorCategory: 'ACCESS' });
        expect(body).toContain(`\\"${scope}\\"`);
      }
      for (const scopes of [scope, 'ingest read']) expect((await answer(scopes)).statusCode).not.toBe(403);
    },
  );

  it.each(['ingest', 'read'])('GET /batches/{batchId} takes a key with the scope %s', async (scopes) => {
    const { app } = testApp(deployed);
    const handle = batchHandler(async () => app);
    const answer = async (context: { scopes: string }) =>
      (await handle(authorized(request('GET /batches/{batchId}'), 'cus-axon', context))).statusCode;
    expect([await answer({ scopes }), await answer({ scopes: '' })]).toEqual([404, 403]);
  });

  it('takes what the authorizer of the version before said, which the gateway may remember', async () => {
    const { app } = testApp(deployed);
    const answer = await ingestHandler(async () => app)(authorized(request('POST /logs'), 'cus-axon'));
    expect(answer.statusCode).toBe(202);
  });

  it.each(['GET /openapi.json', 'GET /metrics', 'PUT /logs'] as const)(
    'lets any key ask for %s',
    async (route) => {
      const { app } = testApp(deployed);
      const event = authorized(request(route), 'cus-axon', { scopes: '' });
      expect((await handlers[route](async () => app)(event)).statusCode).not.toBe(403);
    },
  );
});

it('answers 503 API_1005 to a customer that used up its budget while others send, and to nobody else', async () => {
  const environment = { STORAGE: 'aws', CUSTOMER_RECORDS_PER_SECOND: '1' };
  const { app } = testApp({ environment });
  const minutes = Array.from({ length: 30 }, (_, minute) =>
    sentEntry({ receivedAt: `2025-12-28T17:${String(minute).padStart(2, '0')}:07Z` }),
  );
  const post = (customerId: string, entries: readonly object[]) =>
    ingestHandler(async () => app)(authorized(postLogs(entries), customerId));
  expect(await post('cus-quiet', [sentEntry()])).toMatchObject({ statusCode: 202 });
  expect(await post('cus-busy', minutes)).toMatchObject({ statusCode: 202 });
  const refused = await post('cus-busy', [sentEntry()]);
  expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '21' } });
  expect(JSON.parse(refused.body ?? '')).toMatchObject({ errorCode: 'API_1005' });
  expect(await post('cus-quiet', minutes)).toMatchObject({ statusCode: 202 });
});

it('has no scopes on a laptop, whatever a request says', async () => {
  const { app } = testApp();
  const event = authorized(postLogs([sentEntry()]), 'cus-other', { scopes: '', unavailable: 'true' });
  expect((await ingestHandler(async () => app)(event)).statusCode).toBe(202);
});

it('asks for no key where there is no authorizer: of health', async () => {
  const { app } = testApp(deployed);
  expect((await healthHandler(async () => app)(httpEvent('GET', '/health'))).statusCode).toBe(200);
});
