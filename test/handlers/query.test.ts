import { measureColumns } from '../../handlers/http/reads/measure-cells.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { queryHandler } from '../../handlers/query.ts';
import { maxKeyTextBytes } from '../../lib/domain/folding.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import { receivedRecord, sentEntry, windowPartial, windowStart } from '../factories.ts';
import { httpEvent, testApp, type TestApp } from './app.ts';
import { countEntries } from './count-entries.ts';

let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp({ now: '2025-12-28T18:30:41Z' });
});

const count = (entries: readonly object[], customer?: string) => countEntries(testing, entries, customer);

/** Counts this many minutes, each with all of these paths. */
async function countMinutes(minutes: number, requestsByPath: Readonly<Record<string, number>>) {
  const records = Array.from({ length: minutes }, (_, id) => {
    const start = windowStart(`2025-12-28T18:${id + 10}:00Z`);
    const partial = windowPartial({ id, windowStart: start, counts: { requestsByPath } });
    return receivedRecord(String(id), partial);
  });
  await aggregate(records, testing.app, { maxKeysPerDimension: 10_000, maxKeyTextBytes });
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
  readonly errorDescription?: string;
  readonly details?: readonly { readonly field: string; readonly reason: string }[];
}

/** Adds a member to a token, as those of other routes have them. */
function withMember(token: string, name: string): string {
  const parts = JSON.parse(Buffer.from(token, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...parts, [name]: 'x' })).toString('base64url');
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
      countedThrough: '2025-12-28T18:30:41.000Z',
      waiting: 0,
      windows: [
        {
          customerId: 'cus-axon',
          windowSize: 'minute',
          windowStart: '2025-12-28T18:03:00Z',
          requests: 2,
          requestsByPath: { 'GET /': 1, 'POST /a': 1 },
          requestsByUserAgent: { curl: 2 },
          requestsByStatus: { 201: 1 },
          requestsByAgentClass: { library: 2 },
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

  it('answers with the sums of facts, where entries have them', async () => {
    const facts = {
      bytes: 500,
      durationMs: 20,
      host: 'a.example',
      referrer: 'https://b.example/x',
      country: 'DE',
    };
    await count([
      sentEntry({ ...facts, status: 404, path: '/a' }),
      sentEntry({ ...facts, bytes: 7, durationMs: 10, referrer: 'https://a.example/', path: '/"b"' }),
      at('03'),
    ]);
    const { body } = await get({ window: 'minute' });
    expect(body?.windows).toEqual([
      expect.objectContaining({
        requestsByErrorPath: { '404 GET /a': 1 },
        requestsByReferrer: { 'b.example': 1 },
        requestsByHost: { 'a.example': 2 },
        requestsByCountry: { DE: 2 },
        bytes: 507,
        bytesByPath: { 'GET /a': 500, 'GET /"b"': 7 },
        durationMsByPath: { 'GET /a': 20, 'GET /"b"': 10 },
        duration: { requests: 2, sumMs: 30, p50Ms: 10, p95Ms: 20, p99Ms: 20 },
      }),
    ]);
    const { body: largest } = await get({ window: 'minute', top: '1' });
    expect(largest?.windows).toEqual([
      expect.objectContaining({
        requestsByPath: { 'GET /': 1, '(other)': 2 },
        bytesByPath: { '(other)': 507 },
        durationMsByPath: { '(other)': 30 },
        bytes: 507,
      }),
    ]);
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
    for (const from of ['2025-12-28T19:03:00+01:00', '2025-12-28T19:03:00 01:00', '2025-12-28T18:03:00.5Z']) {
      const { body } = await get({ from, to: '2025-12-28T18:03:00.001Z' });
      expect(body).toMatchObject({ from: '2025-12-28T18:03:00Z', to: '2025-12-28T18:04:00Z' });
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

  it.each([
    ['path', 'path=/a&path=/b'],
    ['limit', 'window=minute&limit=5&limit=5'],
  ])('refuses the parameter %s where it is sent twice', async (field, rawQueryString) => {
    const query = Object.fromEntries(new URLSearchParams(rawQueryString));
    const event = { ...httpEvent('GET', '/aggregates', { query }), rawQueryString };
    const answer = await queryHandler(wired)(event);
    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({
      errorDescription: `The query is not valid: ${field} must be sent once.`,
      details: [{ field, reason: 'must be sent once' }],
    });
  });

  it('takes dimensions that are sent one by one for a list', async () => {
    const rawQueryString = 'dimensions=path&dimensions=status';
    const event = httpEvent('GET', '/aggregates', { query: { dimensions: 'path,status' } });
    expect((await queryHandler(wired)({ ...event, rawQueryString })).statusCode).toBe(200);
  });

  it.each(['path,path', 'none,none'])(
    'takes the dimensions %s, of which one comes twice',
    async (dimensions) => {
      expect((await get({ dimensions })).status).toBe(200);
    },
  );

  it('refuses a token of another query or another customer, and one that it never gave out', async () => {
    await count([at('01'), at('02')]);
    const { nextToken = '' } = (await get({ limit: '1' })).body ?? {};
    const refusals = await Promise.all([
      get({ nextToken, from: '2025-12-28T18:00:00Z' }),
      get({ nextToken, top: '3' }),
      get({ nextToken, window: 'hour' }),
      get({ nextToken, dimensions: 'none' }),
      get({ nextToken: withMember(nextToken, 'search') }),
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
    ['format', { format: 'xml' }],
    ['windows', { windows: 'hour' }],
    ['tz', { tz: '' }],
  ])('answers 400 and names %s of %j', async (field, query) => {
    const { status, body } = await get(query);
    expect(status).toBe(400);
    expect(body?.errorCode).toBe('QRY_1000');
    expect(body?.errorDescription).toContain(` ${field} `);
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

  it.each(['application/json', 'text/csv'])(
    'answers no more than Lambda sends, whatever text there is, as %s',
    async (accept) => {
      // As many keys as a window keeps, with characters that JSON escapes, which take more bytes in a function's
      // answer.
      const longest = '"'.repeat(2_000);
      const paths = Object.fromEntries(Array.from({ length: 260 }, (_, id) => [`GET /${id}${longest}`, 1]));
      await countMinutes(4, paths);
      const found: string[] = [];
      let query: Record<string, string> = {};
      for (;;) {
        const event = httpEvent('GET', '/aggregates', { query, headers: { accept } });
        const answer = await queryHandler(wired)(event);
        expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(6 * 1_024 * 1_024);
        const { body = '', headers = {} } = answer;
        found.push(...new Set(body.match(/2025-12-28T18:1\d:00Z/g)));
        const [, target] = /^<(.+)>; rel="next"$/.exec(String(headers.link)) ?? [];
        if (target === undefined) break;
        query = Object.fromEntries(new URL(target, 'http://localhost:3000').searchParams);
      }
      expect(found.map((start) => start.slice(14, 16))).toEqual(['10', '11', '12', '13']);
    },
  );

  it('says where the next page is in a link as well', async () => {
    await count([at('01'), at('02'), at('03')]);
    const { headers, body } = await get({ limit: '2', from: '2025-12-28T18:00:00Z' });
    const [, target = ''] = /^<(.+)>; rel="next"$/.exec(String(headers.link)) ?? [];
    const next = new URL(target, 'http://localhost:3000/aggregates');
    expect(next.pathname).toBe('/aggregates');
    expect(Object.fromEntries(next.searchParams)).toEqual({
      limit: '2',
      from: '2025-12-28T18:00:00Z',
      nextToken: body?.nextToken,
    });
    const second = await get(Object.fromEntries(next.searchParams));
    expect(second.body?.windows).toHaveLength(1);
    expect(second.headers.link).toBeUndefined();
  });
});

describe('GET /aggregates in NDJSON', () => {
  it('has a window a line, as the JSON document has it, and the link to the next page', async () => {
    await count([at('01'), at('02'), at('03')]);
    const query = { from: '2025-12-28T18:00:00Z', limit: '2' };
    const event = httpEvent('GET', '/aggregates', { query: { ...query, format: 'ndjson' } });
    const { headers = {}, body = '' } = await queryHandler(wired)(event);
    const lines = body.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual((await get(query)).body?.windows);
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
    });
    expect(String(headers['x-counted-through'])).toMatch(/^2025-12-28T/);
    expect(String(headers['link'])).toContain('format=ndjson');
  });
});

describe('GET /aggregates in CSV', () => {
  async function getCsv(query: Record<string, string>, headers: Record<string, string> = {}) {
    const event = httpEvent('GET', '/aggregates', { query, headers: { accept: 'text/csv', ...headers } });
    const { statusCode, headers: answered = {}, body = '' } = await queryHandler(wired)(event);
    return { status: statusCode, headers: answered, body };
  }

  it('answers with a row a key, and one with all requests before them', async () => {
    await count([at('03'), sentEntry({ path: '/a,b', status: 404, bytes: 77 }), at('25')]);
    const { headers, body } = await getCsv({});
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const countedThrough = '2025-12-28T18:30:41.000Z';
    const [complete, open] = ['2025-12-28T18:03:00Z,minute,true', '2025-12-28T18:25:00Z,minute,false'];
    expect(body).toBe(
      [
        `windowStart,windowSize,complete,dimension,key,requests,countedThrough,${measureColumns.join(',')}`,
        `${complete},total,,2,${countedThrough},77,,,,,`,
        `${complete},path,GET /,1,${countedThrough},0,,,,,`,
        `${complete},path,"GET /a,b",1,${countedThrough},77,,,,,`,
        `${complete},userAgent,curl,2,${countedThrough},,,,,,`,
        `${complete},status,404,1,${countedThrough},,,,,,`,
        `${complete},agentClass,library,2,${countedThrough},,,,,,`,
        `${complete},errorPath,"404 GET /a,b",1,${countedThrough},,,,,,`,
        `${open},total,,1,${countedThrough},,,,,,`,
        `${open},path,GET /,1,${countedThrough},,,,,,`,
        `${open},userAgent,curl,1,${countedThrough},,,,,,`,
        `${open},agentClass,library,1,${countedThrough},,,,,,`,
        '',
      ].join('\r\n'),
    );
  });

  it('keeps what strangers sent from being taken for a formula', async () => {
    await count([sentEntry({ method: '+CMD', path: '/x;=1+1' })]);
    expect((await getCsv({})).body).toContain(`,path,"'+CMD /x;'=1+1",1,`);
  });

  it('goes on where the link says', async () => {
    await count([at('01'), at('02'), at('03')]);
    const first = await getCsv({ limit: '2' });
    const [, target = ''] = /^<(.+)>; rel="next"$/.exec(String(first.headers.link)) ?? [];
    const { searchParams } = new URL(target, 'http://localhost:3000');
    const second = await getCsv(Object.fromEntries(searchParams));
    expect(second.headers.link).toBeUndefined();
    const windows = `${first.body}${second.body}`.match(/18:0\d:00Z,minute,true,total/g);
    expect(windows?.map((text) => text.slice(0, 5))).toEqual(['18:01', '18:02', '18:03']);
  });

  it('ends a page by the length of its rows', async () => {
    // 100,000 keys: 2 MB as JSON, and 5 MB as rows.
    const paths = Object.fromEntries(Array.from({ length: 9_100 }, (_, id) => [`GET /${id}`, 1]));
    await countMinutes(11, paths);

    expect((await get()).headers.link).toBeUndefined();
    const { body, headers } = await getCsv({});
    expect(headers.link).toBeDefined();
    expect(body.length).toBeGreaterThan(3 * 1_024 * 1_024);
    expect(body.length).toBeLessThan(4 * 1_024 * 1_024);
  });

  it('has an etag of its own, and says what it depends on', async () => {
    await count([at('03')]);
    const [json, csv] = [await get(), await getCsv({})];
    expect(csv.headers.vary).toBe('accept, authorization, x-customer-id');
    expect(csv.headers.etag).not.toBe(json.headers.etag);
    const ifNoneMatch = { 'if-none-match': String(csv.headers.etag) };
    expect((await getCsv({}, ifNoneMatch)).status).toBe(304);
    expect((await get({}, ifNoneMatch)).status).toBe(200);
  });

  it('answers errors as JSON', async () => {
    expect(await getCsv({ limit: '0' })).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/json' },
    });
  });
});
