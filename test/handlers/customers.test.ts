import { describe, expect, it } from 'vitest';
import { customersHandler } from '../../handlers/customers.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import type { App } from '../../handlers/wiring.ts';
import { horizonKeys, minuteKey } from '../../lib/domain/keys.ts';
import { encodeRetention } from '../../lib/domain/retention-format.ts';
import { createRetention } from '../../lib/pipeline/expire/retention.ts';
import { customer, instant, sentEntry, windowStart } from '../factories.ts';
import { authorized, countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';
import { created, sqsEvent } from './sqs-event.ts';

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

/** Counts entries of one minute with these statuses, and rolls them up. */
async function counted(testing: TestApp, name: string, receivedAt: string, statuses: readonly number[]) {
  const wired = async () => testing.app;
  const entries = statuses.map((status) => sentEntry({ receivedAt, status }));
  const { statusCode } = await ingestHandler(wired)(postLogs(entries, { 'x-customer-id': name }));
  expect(statusCode).toBe(202);
  await countAll(testing);
  const key = minuteKey(customer(name), windowStart(receivedAt));
  const { batchItemFailures } = await rollUpHandler(wired)(sqsEvent(created(key)));
  expect(batchItemFailures).toEqual([]);
}

describe('GET /customers', () => {
  it('answers with all customers of this machine, whoever asks', async () => {
    const app = await appOf(['cus-b', 'Cus-A', 'cus-a']);
    expect(await get(app, {}, { 'x-customer-id': '' })).toEqual({
      status: 200,
      body: { customers: ['Cus-A', 'cus-a', 'cus-b'] },
    });
  });

  it('answers with the totals of one customer alone, or of none', async () => {
    const testing = testApp();
    await counted(testing, 'cus-a', '2025-12-28T18:03:00Z', [200, 404]);
    await counted(testing, 'cus-b', '2025-12-28T18:03:00Z', [200]);
    const { body } = await get(testing.app, { customer: 'cus-a' });
    expect(body.customers).toEqual([
      {
        customerId: 'cus-a',
        requests: 2,
        errors: 1,
        firstWindow: '2025-12-28T18:03:00Z',
        lastWindow: '2025-12-28T18:03:00Z',
      },
    ]);
    expect((await get(testing.app, { customer: 'cus-c' })).body.customers).toEqual([]);
    expect((await get(testing.app, { customer: '../x' })).status).toBe(400);
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

  it('refuses a token beside one customer, and one of another route', async () => {
    const app = await appOf(['a', 'b', 'c']);
    const { nextToken = '' } = (await get(app, { limit: '2' })).body;
    const ofWindows = { version: 1, customerId: 'a', windowSize: 'minute', after: '2025-12-28T18:03:00Z' };
    const foreign = Buffer.from(JSON.stringify(ofWindows)).toString('base64url');
    for (const query of [{ customer: 'a', nextToken }, { nextToken: foreign }]) {
      expect(await get(app, query)).toMatchObject({
        status: 400,
        body: { details: [{ field: 'nextToken' }] },
      });
    }
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

  it('answers with totals over UTC days, most requests first, and says how far they are', async () => {
    const testing = testApp({ now: '2025-12-30T12:00:00Z' });
    const { app } = testing;
    await counted(testing, 'cus-a', '2025-12-28T18:03:00Z', [200, 404, 500]);
    await counted(testing, 'cus-b', '2025-12-28T23:59:00Z', [200, 200, 200, 399]);
    await counted(testing, 'cus-b', '2025-12-29T00:00:00Z', [500]);
    const query = { from: '2025-12-28T10:00:00+01:00', to: '2025-12-28T23:00:01Z', sort: 'requests' };
    expect(await get(app, query, { 'x-customer-id': '' })).toEqual({
      status: 200,
      body: {
        customers: [
          {
            customerId: 'cus-b',
            requests: 4,
            errors: 0,
            firstWindow: '2025-12-28T23:59:00Z',
            lastWindow: '2025-12-28T23:59:00Z',
          },
          {
            customerId: 'cus-a',
            requests: 3,
            errors: 2,
            firstWindow: '2025-12-28T18:03:00Z',
            lastWindow: '2025-12-28T18:03:00Z',
          },
        ],
        countedThrough: '2025-12-30T12:00:00.000Z',
        complete: true,
      },
    });
    const all = await get(app, { sort: 'requests' });
    expect(all.body).toMatchObject({
      customers: [
        { customerId: 'cus-b', requests: 5, errors: 1 },
        { customerId: 'cus-a', requests: 3 },
      ],
      complete: false, // today is not over
    });
  });

  it('is not complete while anything of any customer waits in the range, and says how far it is', async () => {
    const testing = testApp({ now: '2025-12-30T12:00:00Z' });
    await counted(testing, 'cus-a', '2025-12-28T18:03:00Z', [200]);
    const minute = windowStart('2025-12-28T18:03:00Z');
    testing.rollUps.announce(customer('cus-b'), minute, instant('2025-12-30T11:00:00Z'));
    const range = { from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' };
    expect((await get(testing.app, range)).body).toMatchObject({
      countedThrough: '2025-12-30T11:00:00.000Z',
      complete: false,
    });
    const dayBefore = { from: '2025-12-27T00:00:00Z', to: '2025-12-28T00:00:00Z' };
    expect((await get(testing.app, dayBefore)).body).toMatchObject({ customers: [], complete: true });
  });

  it('pages through totals by a token that belongs to its days and its order', async () => {
    const testing = testApp({ now: '2025-12-30T12:00:00Z' });
    for (const name of ['a', 'B', 'c']) await counted(testing, name, '2025-12-28T18:03:00Z', [200]);
    const query = { from: '2025-12-28T00:00:00Z', sort: 'requests', limit: '2' };
    const first = await get(testing.app, query);
    const { nextToken = '' } = first.body;
    const second = await get(testing.app, { ...query, nextToken });
    const names = [first, second].flatMap(({ body }) =>
      (body.customers as unknown as { customerId: string }[]).map(({ customerId }) => customerId),
    );
    expect(names).toEqual(['B', 'a', 'c']);
    expect(await get(testing.app, { nextToken, limit: '2' })).toEqual(second);
    for (const other of [{ from: '2025-12-27T00:00:00Z' }, { to: '2025-12-29T00:00:00Z' }]) {
      expect(await get(testing.app, { ...query, ...other, nextToken })).toMatchObject({
        status: 400,
        body: { details: [{ field: 'nextToken' }] },
      });
    }
  });

  it('answers with the totals of the caller alone where others have their data in the same store', async () => {
    const testing = testApp({ now: '2025-12-30T12:00:00Z' });
    for (const name of ['cus-a', 'cus-b']) await counted(testing, name, '2025-12-28T18:03:00Z', [200]);
    const config = { ...testing.app.config, storage: 'aws' as const };
    const deployed = { ...testing.app, hasAuthorizer: true, config };
    const ask = async (customerId: string) => {
      const event = httpEvent('GET', '/customers', { query: { sort: 'requests' } });
      const answer = await customersHandler(async () => deployed)(authorized(event, customerId));
      return JSON.parse(answer.body ?? '') as unknown;
    };
    expect(await ask('cus-b')).toMatchObject({ customers: [{ customerId: 'cus-b', requests: 1 }] });
    expect(await ask('cus-c')).toMatchObject({ customers: [] });
  });

  it('leaves out days that have expired', async () => {
    const testing = testApp({ now: '2025-12-30T12:00:00Z' });
    await counted(testing, 'cus-a', '2025-12-27T18:03:00Z', [200]);
    await counted(testing, 'cus-a', '2025-12-28T18:03:00Z', [200]);
    const horizon = { horizon: windowStart('2025-12-28T00:00:00Z'), at: instant('2025-12-30T11:59:00Z') };
    const state = { current: horizon, settled: undefined, announced: undefined };
    await testing.app.store.put(horizonKeys.windows, encodeRetention(state), { ifNoneMatch: '*' });
    const app = { ...testing.app, retention: createRetention(testing.app.store, testing.app.clock) };
    expect((await get(app, { sort: 'requests' })).body.customers).toMatchObject([
      { requests: 1, firstWindow: '2025-12-28T18:03:00Z' },
    ]);
  });

  it.each([
    ['from', { from: 'yesterday' }],
    ['to', { to: '2025-02-30T00:00:00Z' }],
    ['from', { from: '2025-12-29T00:00:00Z', to: '2025-12-28T00:00:00Z' }],
    ['from', { from: '2025-12-28T10:00:00Z', to: '2025-12-28T09:00:00Z' }],
    ['sort', { sort: 'errors' }],
    ['customer', { customer: '../a' }],
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
