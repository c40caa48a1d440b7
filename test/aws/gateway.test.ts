/**
 * Checks which keys get in while the gateway and the authorizer cache answers, and the store of keys fails at times.
 */
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizeHandler } from '../../handlers/authorize.ts';
import { authorizerSeconds } from '../../handlers/http/caller.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { protocolsHandler } from '../../handlers/protocols.ts';
import { queryHandler } from '../../handlers/query.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createSsmApiKeys } from '../../lib/adapters/ssm-api-keys.ts';
import { encodeInstallationSecrets, secretsParameterOf } from '../../lib/domain/installation-secrets.ts';
import { createLogger } from '../../lib/logger.ts';
import { authorizeLimits, createAuthorize } from '../../lib/pipeline/authorize/authorize.ts';
import { installationSecret, newApiKey, recordParameter } from '../api-keys.ts';
import { instant, sentEntry } from '../factories.ts';
import { httpEvent, postLogs, testApp } from '../handlers/app.ts';
import { combinedLine, deliver } from '../handlers/protocols/protocol-requests.ts';
import { credentials } from './clients.ts';
import { createGateway, type GatewayAnswer } from './gateway.ts';
import { startParameterServer } from './parameter-server.ts';
import type { RunningServer } from './running-server.ts';

const path = '/log-analytics-pipeline/dev/api-keys';

let now: Date;
let parameters: Map<string, string>;
let storeFails: boolean;
let server: RunningServer;
let client: SSMClient;
let post: (key: string) => Promise<GatewayAnswer>;
let read: (key: string) => Promise<GatewayAnswer>;
let deliverWith: (headers: Record<string, string>) => Promise<GatewayAnswer>;
let startAnotherAuthorizer: () => void;

beforeEach(async () => {
  now = instant('2025-12-28T18:04:00Z');
  parameters = new Map([[secretsParameterOf(path), encodeInstallationSecrets([installationSecret()])]]);
  storeFails = false;
  server = await startParameterServer(parameters, {
    secureNames: new Set([secretsParameterOf(path)]),
    fault: () => (storeFails ? 'InternalServerError' : undefined),
  });
  client = new SSMClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  const clock = { now: () => now };
  const logger = createLogger({ level: 'error', clock, write: () => {} });
  const objects = new InMemoryObjectStore();
  const ports = { apiKeys: createSsmApiKeys(client, path), copies: objects, clock, logger };
  const start = () => createAuthorize(ports, { ...authorizeLimits, acceptOldKeys: true });
  let authorize = start();
  startAnotherAuthorizer = () => (authorize = start());
  const authorizer = authorizeHandler(async () => (key) => authorize(key));
  const gateway = createGateway({ authorizer, rememberSeconds: authorizerSeconds, clock });
  const { app } = testApp({ environment: { STORAGE: 'aws' }, clock });
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  post = (key) =>
    gateway(
      postLogs([sentEntry()], bearer(key)),
      ingestHandler(async () => app),
    );
  const firehoseGateway = createGateway({
    authorizer,
    rememberSeconds: authorizerSeconds,
    clock,
    keyHeader: 'x-amz-firehose-access-key',
  });
  deliverWith = (headers) =>
    firehoseGateway(
      deliver([combinedLine], { headers }),
      protocolsHandler(async () => app),
    );
  read = (key) =>
    gateway(
      httpEvent('GET', '/aggregates', { headers: bearer(key) }),
      queryHandler(async () => app),
    );
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

function storeKey(given: Parameters<typeof recordParameter>[2] = {}): string {
  const key = newApiKey();
  parameters.set(...recordParameter(path, key, given));
  return key.text;
}

function pass(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1_000);
}

describe('a key that is in use', () => {
  it.each([
    ['the same authorizer', false],
    ['authorizers that have just been started', true],
  ])('is accepted for half a day while its store fails, by %s', async (_, isRestarted) => {
    const key = storeKey();
    expect((await post(key)).status).toBe(202);
    storeFails = true;
    for (let minute = 0; minute < 12 * 60; minute += 7) {
      if (isRestarted) startAnotherAuthorizer();
      expect((await post(key)).status).toBe(202);
      pass(7 * 60);
    }
  });

  it('is refused within four minutes after it was revoked', async () => {
    const key = storeKey();
    await post(key);
    parameters.delete(`${path}/${key.split('_')[1]}`);
    let seconds = 0;
    while ((await post(key)).status === 202) {
      seconds += 1;
      pass(1);
    }
    expect(seconds).toBeLessThanOrEqual(240);
    expect((await post(key)).status).toBe(403);
  });
});

it('answers 503 in our own words to a key that it cannot look up, and accepts it when its store is back', async () => {
  const key = storeKey();
  storeFails = true;
  for (const ask of [post, read]) {
    const { status, headers, body } = await ask(key);
    expect(status).toBe(503);
    expect(headers).toMatchObject({ 'retry-after': '60' });
    expect(JSON.parse(body)).toMatchObject({ errorCode: 'API_1002', errorCategory: 'AVAILABILITY' });
  }
  storeFails = false;
  pass(60);
  expect((await post(key)).status).toBe(202);
});

it('lets a key that may read not write, also when the gateway remembers that it may read', async () => {
  const key = storeKey({ scopes: ['read'] });
  expect((await read(key)).status).toBe(200);
  const refused = await post(key);
  expect(refused.status).toBe(403);
  expect(JSON.parse(refused.body)).toMatchObject({ errorCode: 'API_1006' });
  expect((await read(key)).status).toBe(200);
});

it('lets a key that may write not read', async () => {
  const key = storeKey({ scopes: ['ingest'] });
  expect((await post(key)).status).toBe(202);
  expect((await read(key)).status).toBe(403);
});

it('takes the access key of Amazon Data Firehose, and no other header in its place', async () => {
  const key = storeKey({ scopes: ['ingest'] });
  expect((await deliverWith({ authorization: `Bearer ${key}` })).status).toBe(401);
  const wrong = { 'x-amz-firehose-access-key': newApiKey().text };
  // What the gateway remembers of a key must not depend on another header.
  expect((await deliverWith({ ...wrong, authorization: `Bearer ${key}` })).status).toBe(403);
  const { status, body } = await deliverWith({ 'x-amz-firehose-access-key': key });
  expect([status, JSON.parse(body)]).toMatchObject([200, { requestId: 'delivery-1' }]);
});
