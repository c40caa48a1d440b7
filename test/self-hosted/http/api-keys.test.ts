import { describe, expect, it } from 'vitest';
import { createApiKey, hashOfApiKey } from '../../../lib/domain/api-key.ts';
import type { ApiKeyRecord } from '../../../lib/domain/api-key-record.ts';
import { parseCustomerId } from '../../../lib/domain/customer-id.ts';
import type { Scope } from '../../../lib/domain/scope.ts';
import { createKeyAuthorizer } from '../../../self-hosted/api-keys/key-authorizer.ts';
import { metricsHandler } from '../../../handlers/metrics.ts';
import { authorized, countAll, httpEvent } from '../../handlers/app.ts';
import { december, entry, json } from '../../e2e/requests.ts';
import { useServedApp } from './served-app.ts';

const records = new Map<string, ApiKeyRecord>();
const clock = { now: () => new Date() };

/** Makes a key that the server knows. */
function newKey(customer: string, scopes: readonly Scope[]): string {
  const place = records.size + 1;
  const key = createApiKey({ id: Buffer.alloc(8, place), random: Buffer.alloc(20, place) }, Buffer.alloc(32));
  const customerId = parseCustomerId(customer);
  if (customerId === undefined) throw new RangeError(`${customer} is no customer id.`);
  const unset = { label: undefined, createdAt: undefined, expiresAt: undefined, secretId: undefined };
  records.set(key.id, { customerId, scopes, hash: hashOfApiKey(key.text), ...unset });
  return key.text;
}

const sender = newKey('cus-one', ['ingest']);
const reader = newKey('cus-one', ['read']);
const other = newKey('cus-two', ['ingest', 'read']);
const operator = newKey('operations', ['operate']);

describe('a request with an API key', () => {
  const served = useServedApp({ authorizer: createKeyAuthorizer(() => records, clock) });

  async function ask(path: string, key: string, headers: Record<string, string> = {}, body?: string) {
    const answer = await served.http.request(path, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { method: 'POST', body }),
    });
    return { status: answer.status, body: json(answer) as Record<string, unknown> };
  }

  async function requestsOf(key: string, headers: Record<string, string> = {}): Promise<unknown> {
    await countAll(served.app);
    const query = new URLSearchParams(december).toString();
    return (await ask(`/aggregates/total?${query}`, key, headers)).body['requests'];
  }

  it('concerns the customer of the key, whatever the header says', async () => {
    const headers = { 'x-customer-id': 'cus-two' };
    expect((await ask('/logs', sender, headers, JSON.stringify([entry]))).status).toBe(202);
    expect(await requestsOf(reader, headers)).toBe(1);
    expect(await requestsOf(other)).toBe(0);
  });

  it.each([
    ['/logs', 'authorization: Bearer <key>'],
    ['/firehose', 'x-amz-firehose-access-key: <key>'],
  ])('to %s without a key is told to send "%s"', async (path, sentAs) => {
    const answer = await served.http.request(path, { method: 'POST', body: '[]' });
    const errorDescription = `An API key is required. Send it as "${sentAs}".`;
    expect([answer.status, json(answer)]).toMatchObject([401, { errorCode: 'API_1009', errorDescription }]);
  });

  it.each([
    ['/logs', reader],
    ['/logs', operator],
  ])('to %s needs the scope to send', async (path, key) => {
    const answer = await ask(path, key, {}, JSON.stringify([entry]));
    expect(answer).toMatchObject({ status: 403, body: { errorCode: 'API_1006' } });
  });

  it.each([sender, operator])('needs the scope to read', async (key) => {
    const answer = await ask('/aggregates', key);
    expect(answer).toMatchObject({ status: 403, body: { errorCode: 'API_1006' } });
  });

  it('lists all customers for an operator alone', async () => {
    for (const key of [sender, other])
      await ask('/logs', key, {}, JSON.stringify([{ ...entry, path: '/list' }]));
    await countAll(served.app);
    expect((await ask('/customers', operator)).body['customers']).toEqual(['cus-one', 'cus-two']);
    expect((await ask('/customers', reader)).body['customers']).toEqual(['cus-one']);
    expect((await ask('/customers', sender)).status).toBe(403);
  });

  it('does not serve metrics, which are on the internal port', async () => {
    const app = { ...served.app.app, config: { ...served.app.app.config, storage: 'kafka' as const } };
    const answer = await metricsHandler(async () => app)(authorized(httpEvent('GET', '/metrics'), 'cus-one'));
    expect(answer.statusCode).toBe(404);
  });
});
