import { SSMClient } from '@aws-sdk/client-ssm';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizeHandler } from '../../handlers/authorize.ts';
import { batchHandler } from '../../handlers/batch.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { createSsmApiKeys } from '../../lib/adapters/ssm-api-keys.ts';
import { apiKeyOf, hashOfApiKey } from '../../lib/domain/api-key.ts';
import { Unavailable } from '../../lib/errors.ts';
import { credentials } from '../aws/clients.ts';
import { startParameterServer } from '../aws/parameter-server.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { sentEntry } from '../factories.ts';
import { authorized, httpEvent, postLogs, testApp } from './app.ts';

const path = '/log-analytics-pipeline/dev/api-keys';
const key = apiKeyOf(Buffer.alloc(32, 7));

describe('the authorizer', () => {
  let parameters: Map<string, string>;
  let server: RunningServer;
  let client: SSMClient;

  beforeEach(async () => {
    parameters = new Map([[`${path}/${hashOfApiKey(key)}`, 'cus-axon']]);
    server = await startParameterServer(parameters);
    client = new SSMClient({ endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  async function authorize(authorization: string | undefined) {
    const event: APIGatewayRequestAuthorizerEventV2 = {
      ...httpEvent('GET', '/aggregates', authorization === undefined ? {} : { headers: { authorization } }),
      type: 'REQUEST',
      routeArn: 'arn:aws:execute-api:us-east-1:000000000000:api/$default/GET/aggregates',
      identitySource: [authorization ?? ''],
      cookies: [],
    };
    return authorizeHandler(async () => createSsmApiKeys(client, path))(event);
  }

  it.each([`Bearer ${key}`, `bearer  ${key}`])('knows whose key %j is', async (authorization) => {
    expect(await authorize(authorization)).toEqual({
      isAuthorized: true,
      context: { customerId: 'cus-axon' },
    });
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['another scheme', `Basic ${key}`],
    ['the key alone', key],
    ['a key of another shape', 'Bearer ../../secret'],
    ['a key that is nobody’s', `Bearer ${apiKeyOf(Buffer.alloc(32, 8))}`],
  ])('lets nobody in with %s', async (_, authorization) => {
    expect(await authorize(authorization)).toEqual({ isAuthorized: false, context: { customerId: '' } });
  });

  it('lets nobody in with a key that was revoked', async () => {
    parameters.clear();
    expect(await authorize(`Bearer ${key}`)).toMatchObject({ isAuthorized: false });
  });

  it('fails where keys cannot be looked up, so that the answer is not kept as a refusal', async () => {
    await server.close();
    await expect(authorize(`Bearer ${key}`)).rejects.toThrow(Unavailable);
    server = await startParameterServer(parameters);
  });
});

describe('a function behind the authorizer', () => {
  const deployed = { environment: { STORAGE: 'aws' } };

  it('goes by the authorizer, and not by what a header says', async () => {
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
});
