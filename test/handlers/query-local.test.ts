import { beforeEach, describe, expect, it } from 'vitest';
import { queryHandler } from '../../handlers/query.ts';
import { sentEntry } from '../factories.ts';
import { httpEvent, testApp, type TestApp } from './app.ts';
import { countAndRollUp } from './count-entries.ts';

let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp({ now: '2026-02-01T00:00:00Z' });
});

/** Counts an entry at each instant, and rolls all of them up. */
async function count(instants: readonly string[], facts: object = {}, name = 'cus-axon') {
  const entries = instants.map((receivedAt) => sentEntry({ receivedAt, ...facts }));
  await countAndRollUp(testing, entries, name);
}

interface Page {
  readonly tz?: string;
  readonly from: string;
  readonly to: string;
  readonly nextToken?: string;
  readonly windows: readonly Readonly<Record<string, unknown>>[];
  readonly errorDescription?: string;
}

async function get(query: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await queryHandler(wired)(httpEvent('GET', '/aggregates', { query, headers }));
  const text = answer.body ?? '';
  return {
    status: answer.statusCode,
    headers: answer.headers ?? {},
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Page,
  };
}

async function startsAndRequests(query: Record<string, string>) {
  const { body } = await get(query);
  const found: Record<string, unknown> = {};
  for (const { windowStart, requests } of body.windows) found[String(windowStart)] = requests;
  return found;
}

describe('GET /aggregates with tz', () => {
  it('answers with local days, and the range rounded outward to them', async () => {
    await count([
      '2025-07-01T21:59:00Z',
      '2025-07-01T22:00:00Z',
      '2025-07-02T21:59:59Z',
      '2025-07-02T22:00:00Z',
    ]);
    const { body } = await get({
      window: 'day',
      tz: 'Europe/Berlin',
      from: '2025-07-02T12:00:00Z',
      to: '2025-07-02T12:00:01Z',
    });
    expect(body).toMatchObject({
      tz: 'Europe/Berlin',
      windowSize: 'day',
      from: '2025-07-01T22:00:00Z',
      to: '2025-07-02T22:00:00Z',
      windows: [
        {
          customerId: 'cus-axon',
          windowSize: 'day',
          windowStart: '2025-07-01T22:00:00Z',
          requests: 2,
          requestsByPath: { 'GET /': 2 },
          lateRequests: 2,
          complete: true,
        },
      ],
    });
    expect(body.windows[0]).not.toHaveProperty('batches');
  });

  it.each([
    ['23 hours', '2025-03-29T23:00:00Z', '2025-03-30T22:00:00Z', '2025-03-30T20:00:00Z'],
    ['25 hours', '2025-10-25T22:00:00Z', '2025-10-26T23:00:00Z', '2025-10-26T22:30:00Z'],
  ])('takes a day of %s as a whole', async (_hours, first, next, within) => {
    await count([first, within, next]);
    const query = { window: 'day', tz: 'Europe/Berlin', from: first, to: '2025-12-31T00:00:00Z' };
    expect(await startsAndRequests(query)).toEqual({ [first]: 2, [next]: 1 });
  });

  it.each([
    ['Asia/Kolkata', '2025-07-01T18:30:00Z', '2025-07-02T18:30:00Z'],
    ['Asia/Kathmandu', '2025-07-01T18:15:00Z', '2025-07-02T18:15:00Z'],
    ['Australia/Eucla', '2025-07-01T15:15:00Z', '2025-07-02T15:15:00Z'],
    ['Europe/London', '2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z'],
    ['Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    ['Asia/Manila', '1970-06-01T16:00:00Z', '1970-06-02T16:00:00Z'],
  ])('knows the days of %s', async (tz, first, next) => {
    const before = new Date(Date.parse(first) - 1_000).toISOString();
    const last = new Date(Date.parse(next) - 1_000).toISOString();
    await count([before, first, last, next]);
    const counted = await startsAndRequests({ window: 'day', tz, from: first, to: next });
    expect(counted).toEqual({ [first]: 2 });
  });

  it('leaves a stored hour as it is where local hours are those of UTC, and composes it of minutes elsewhere', async () => {
    await count(['2025-07-01T18:10:00Z', '2025-07-01T18:50:00Z', '2025-07-01T19:20:00Z']);
    const range = { window: 'hour', from: '2025-07-01T18:00:00Z', to: '2025-07-01T20:00:00Z' };
    const stored = await get(range);
    const local = await get({ ...range, tz: 'America/New_York' });
    expect(local.body.windows).toEqual(stored.body.windows);
    expect(await startsAndRequests({ ...range, tz: 'Asia/Kolkata' })).toEqual({
      '2025-07-01T17:30:00Z': 1,
      '2025-07-01T18:30:00Z': 2,
    });
  });

  it('merges every dimension and measure', async () => {
    const facts = {
      bytes: 5,
      durationMs: 20,
      host: 'a.example',
      country: 'DE',
      clientIp: '192.0.2.1',
      status: 404,
    };
    const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    await count(['2025-07-01T22:10:00Z', '2025-07-02T01:10:00Z', '2025-07-02T21:10:00Z'], {
      ...facts,
      userAgent: browser,
    });
    const day = (await get({ window: 'day', from: '2025-07-02T00:00:00Z', to: '2025-07-03T00:00:00Z' })).body;
    const { body } = await get({
      window: 'day',
      tz: 'Europe/Berlin',
      from: '2025-07-02T00:00:00Z',
      to: '2025-07-02T12:00:00Z',
    });
    const { updatedAt: _updatedAt, revision: _revision, ...rest } = day.windows[0] ?? {};
    expect(Object.keys(rest).length).toBeGreaterThan(14);
    expect(body.windows[0]).toMatchObject({
      requests: 3,
      requestsByErrorPath: { '404 GET /': 3 },
      requestsByAgentClass: { browser: 3 },
      requestsByHost: { 'a.example': 3 },
      requestsByCountry: { DE: 3 },
      bytes: 15,
      bytesByPath: { 'GET /': 15 },
      durationMsByPath: { 'GET /': 60 },
      duration: { requests: 3, sumMs: 60, p50Ms: 20, p95Ms: 20, p99Ms: 20 },
    });
  });

  it('has only the dimensions that were asked for', async () => {
    const facts = { bytes: 5, durationMs: 20, status: 404 };
    await count(['2025-07-01T22:10:00Z', '2025-07-02T01:10:00Z', '2025-07-03T01:10:00Z'], facts);
    const range = { window: 'day', from: '2025-07-02T00:00:00Z', to: '2025-07-04T00:00:00Z', limit: '1' };
    for (const tz of ['Europe/Berlin', 'UTC']) {
      const all = (await get({ ...range, tz })).body;
      const { body } = await get({ ...range, tz, dimensions: 'status,agentClass', top: '1' });
      const { requestsByPath, requestsByUserAgent, requestsByErrorPath, ...rest } = all.windows[0] ?? {};
      const { bytesByPath, durationMsByPath, ...expected } = rest;
      expect([
        requestsByPath,
        requestsByUserAgent,
        requestsByErrorPath,
        bytesByPath,
        durationMsByPath,
      ]).not.toContain(undefined);
      expect(body.windows).toEqual([expected]);
      const next = (await get({ nextToken: body.nextToken ?? '', limit: '1' })).body;
      expect(Object.keys(next.windows[0] ?? {})).toEqual(Object.keys(expected));
    }
    const { body } = await get({ ...range, dimensions: 'none' });
    expect(body.windows[0]).not.toHaveProperty('requestsByStatus');
    expect(body.windows[0]).toMatchObject({ bytes: 5 });
    const { status, text } = await get({ ...range, dimensions: 'status,colour' });
    expect([status, text]).toEqual([400, expect.stringContaining('dimensions must be none, or some of')]);
  });

  it('pages by token, and refuses one of another zone', async () => {
    await count(['2025-07-01T22:00:00Z', '2025-07-03T22:00:00Z', '2025-12-24T00:00:00Z']);
    const query = {
      window: 'day',
      tz: 'Europe/Berlin',
      from: '2025-01-01T00:00:00Z',
      to: '2026-01-01T00:00:00Z',
      limit: '1',
    };
    const found: unknown[] = [];
    let nextToken: string | undefined;
    do {
      const { body } = await get(nextToken === undefined ? query : { ...query, nextToken });
      found.push(...body.windows.map(({ windowStart }) => windowStart));
      nextToken = body.nextToken;
      if (nextToken !== undefined) {
        expect((await get({ nextToken })).status).toBe(200);
        expect((await get({ ...query, tz: 'Europe/Paris', nextToken })).status).toBe(400);
      }
    } while (nextToken !== undefined);
    expect(found).toEqual(['2025-07-01T22:00:00Z', '2025-07-03T22:00:00Z', '2025-12-23T23:00:00Z']);
  });

  it('finds the few days of thousands of years', async () => {
    await count(['1971-07-01T22:00:00Z', '2025-07-01T22:00:00Z']);
    for (const tz of ['Europe/London', 'Asia/Kolkata', 'America/New_York']) {
      const { body } = await get({
        window: 'day',
        tz,
        from: '1970-01-01T00:00:00Z',
        to: '9999-12-31T00:00:00Z',
      });
      expect(body.windows.map(({ requests }) => requests)).toEqual([1, 1]);
      expect(body.nextToken).toBeUndefined();
    }
  });

  it('takes minutes with any zone', async () => {
    await count(['2025-07-01T22:07:00Z']);
    const { body } = await get({
      tz: 'Asia/Kolkata',
      from: '2025-07-01T22:07:00Z',
      to: '2025-07-01T22:08:00Z',
    });
    expect(body).toMatchObject({
      tz: 'Asia/Kolkata',
      from: '2025-07-01T22:07:00Z',
      windows: [{ batches: 1 }],
    });
  });

  it.each(['Europe/Atlantis', '+02:00', '', 'Europe/Berlin/', '../Berlin'])(
    'answers 400 for the zone %j',
    async (tz) => {
      const { status, body } = await get({ window: 'day', tz });
      expect(status).toBe(400);
      expect(body.errorDescription).toContain('tz is not a known time zone');
    },
  );
});
