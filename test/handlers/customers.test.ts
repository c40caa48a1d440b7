import { describe, expect, it } from 'vitest';
import { customersHandler } from '../../handlers/customers.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import type { App } from '../../handlers/wiring.ts';
import { sentEntry } from '../factories.ts';
import { authorized, countAll, httpEvent, postLogs, testApp } from './app.ts';

async function appOf(customers: readonly string[]): Promise<App> {
  const testing = testApp();
  const ingest = ingestHandler(async () => testing.app);
  for (const customer of customers) await ingest(postLogs([sentEntry()], { 'x-customer-id': customer }));
  await countAll(testing);
  return testing.app;
}

async function get(app: App, query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const event = httpEvent('GET', '/customers', { query, headers });
  const { statusCode, body = '' } = await customersHandler(async () => app)(event);
  return { status: statusCode, body: JSON.parse(body) as { customers: string[]; nextToken?: string } };
}

describe('GET /customers', () => {
  it('answers with all customers of this machine, whoever asks', async () => {
    const app = await appOf(['cus-b', 'Cus-A', 'cus-a']);
    expect(await get(app, {}, { 'x-customer-id': '' })).toEqual({
      status: 200,
      body: { customers: ['Cus-A', 'cus-a', 'cus-b'] },
    });
  });

  it('pages through them by token', async () => {
    const app = await appOf(['a', 'b', 'C', 'd', 'e']);
    const found: string[] = [];
    let query: Record<string, string> = { limit: '2' };
    for (;;) {
      const { body } = await get(app, query);
      found.push(...body.customers);
      if (body.nextToken === undefined) break;
      query = { limit: '2', nextToken: body.nextToken };
    }
    expect(found.toSorted()).toEqual(['C', 'a', 'b', 'd', 'e']);
  });

  it('answers with the caller alone where others have their data in the same store', async () => {
    const app = await appOf(['cus-a', 'cus-b']);
    const deployed = { ...app, hasAuthorizer: true, config: { ...app.config, storage: 'aws' as const } };
    const event = httpEvent('GET', '/customers', { headers: { 'x-customer-id': 'cus-a' } });
    const answer = await customersHandler(async () => deployed)(authorized(event, 'cus-b'));
    expect(JSON.parse(answer.body ?? '')).toEqual({ customers: ['cus-b'] });
    expect((await get(deployed, {}, { 'x-customer-id': 'cus-a' })).status).toBe(400);
  });

  it.each([
    ['read', ['cus-b']],
    ['operate', ['cus-a', 'cus-b']],
  ])('answers a key with the scope %s, in the cluster form, with %j', async (scopes, customers) => {
    const app = { ...(await appOf(['cus-a', 'cus-b'])), hasAuthorizer: true };
    const event = authorized(httpEvent('GET', '/customers'), 'cus-b', { scopes });
    const answer = await customersHandler(async () => app)(event);
    expect(JSON.parse(answer.body ?? '')).toEqual({ customers });
  });

  it.each([
    ['limit', { limit: '0' }],
    ['limit', { limit: '1001' }],
    ['nextToken', { nextToken: 'abc' }],
  ])('answers 400 and names %s of %j', async (field, query) => {
    const app = await appOf([]);
    expect(await get(app, query)).toMatchObject({
      status: 400,
      body: { errorCode: 'QRY_1000', details: [{ field }] },
    });
  });
});
