import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { sentEntry } from '../factories.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';

let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp({ now: '2025-12-28T18:30:41Z' });
});

async function count(entries: readonly object[], customer = 'cus-axon') {
  await ingestHandler(wired)(postLogs(entries, { 'x-customer-id': customer }));
  await countAll(testing);
}

async function get(query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const {
    statusCode,
    headers: answered,
    body,
  } = await queryHandler(wired)(httpEvent('GET', '/aggregates', { query, headers }));
  return { status: statusCode, headers: answered ?? {}, body: body ? (JSON.parse(body) as Page) : undefined };
}

interface Page {
  readonly from: string;
  readonly to: string;
  readonly nextToken?: string;
  readonly windows: readonly { readonly windowStart: string; readonly requests: number }[];
  readonly errorCode?: string;
  readonly details?: readonly { readonly field: string; readonly reason: string }[];
}

const at = (minute: string) => sentEntry({ receivedAt: `2025-12-28T18:${minute}:07Z` });

describe('GET /aggregates', () => {
  it('answers with the exact counts of each minute', async () => {
    await count([at('03'), sentEntry({ method: 'post', path: '/a', status: 201 }), at('04')]);
    const { status, body } = await get({ window: 'minute' });
    expect(status).toBe(200);
    expect(body).toEqual({
      customerId: 'cus-axon',
      windowSize: 'minute',
      from: '2025-12-28T17:31:00Z',
      to: '2025-12-28T18:31:00Z',
      windows: [
        {
          customerId: 'cus-axon',
          windowSize: 'minute',
          windowStart: '2025-12-28T18:03:00Z',
          requests: 2,
          requestsByPath: { 'GET /': 1, 'POST /a': 1 },
          requestsByUserAgent: { curl: 2 },
          requestsByStatus: { 201: 1 },
          batches: 1,
          revision: 1,
          lateRequests: 2,
          complete: true,
          updatedAt: '2025-12-28T18:30:41.000Z',
        },
        expect.objectContaining({ windowStart: '2025-12-28T18:04:00Z', requests: 1 }),
      ],
    });
  });

  it('answers only with what is the caller’s', async () => {
    await count([at('03')], 'cus-other');
    expect((await get()).body?.windows).toEqual([]);
  });

  it.each([
    ['minute', '2025-12-28T17:31:00Z'],
    ['hour', '2025-12-27T18:31:00Z'],
    ['day', '2025-11-27T18:31:00Z'],
  ])('looks so far back for each %s where no range is given', async (window, from) => {
    const { body } = await get({ window });
    expect(body).toMatchObject({ windowSize: window, from, to: '2025-12-28T18:31:00Z' });
  });

  it('takes a range with any offset, also with a plus that was sent as it is', async () => {
    await count([at('02'), at('03'), at('04')]);
    for (const from of ['2025-12-28T19:03:00+01:00', '2025-12-28T19:03:00 01:00', '2025-12-28T18:02:00.5Z']) {
      const { body } = await get({ from, to: '2025-12-28T18:04:00Z' });
      expect(body?.windows.map(({ windowStart }) => windowStart)).toEqual(['2025-12-28T18:03:00Z']);
    }
  });

  it('pages through all windows by token', async () => {
    await count([at('01'), at('02'), at('03'), at('04'), at('05')]);
    const found: string[] = [];
    let query: Record<string, string> = { limit: '2' };
    for (;;) {
      const { body } = await get(query);
      found.push(...(body?.windows ?? []).map(({ windowStart }) => windowStart.slice(14, 16)));
      if (body?.nextToken === undefined) break;
      query = { limit: '2', nextToken: body.nextToken };
    }
    expect(found).toEqual(['01', '02', '03', '04', '05']);
  });

  it('refuses a token of another query or another customer, and one that it never gave out', async () => {
    await count([at('01'), at('02')]);
    const { nextToken = '' } = (await get({ limit: '1' })).body ?? {};
    const refusals = await Promise.all([
      get({ nextToken, from: '2025-12-28T18:00:00Z' }),
      get({ nextToken, top: '3' }),
      get({ nextToken, window: 'hour' }),
      get({ nextToken }, { 'x-customer-id': 'cus-other' }),
      get({ nextToken: 'abc' }),
    ]);
    for (const { status, body } of refusals) {
      expect(status).toBe(400);
      expect(body?.details?.[0]?.field).toBe('nextToken');
    }
  });

  it.each([
    ['window', { window: 'week' }],
    ['window', { window: 'HOUR' }],
    ['from', { from: 'yesterday' }],
    ['to', { to: '2025-12-28' }],
    ['from', { from: '2025-12-28T19:00:00Z', to: '2025-12-28T18:00:00Z' }],
    ['limit', { limit: '0' }],
    ['limit', { limit: '1001' }],
    ['limit', { limit: '1e2' }],
    ['top', { top: '-1' }],
  ])('answers 400 and names %s of %j', async (field, query) => {
    const { status, body } = await get(query);
    expect(status).toBe(400);
    expect(body?.errorCode).toBe('QRY_1000');
    expect(body?.details?.map((problem) => problem.field)).toEqual([field]);
  });

  it('answers 400 without a customer', async () => {
    expect((await get({}, { 'x-customer-id': '' })).status).toBe(400);
  });

  it('answers 304 as long as nothing was counted since', async () => {
    await count([at('03')]);
    const { headers } = await get();
    expect(headers).toMatchObject({ 'cache-control': 'private, no-cache' });
    const etag = String(headers.etag);
    for (const ifNoneMatch of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
      expect(await get({}, { 'if-none-match': ifNoneMatch })).toMatchObject({
        status: 304,
        headers: { etag },
        body: undefined,
      });
    }
    await count([at('04')]);
    expect((await get({}, { 'if-none-match': etag })).status).toBe(200);
  });
});
