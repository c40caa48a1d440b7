import { measureColumns } from '../../handlers/http/reads/measure-cells.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { totalHandler } from '../../handlers/total.ts';
import { sentEntry } from '../factories.ts';
import { httpEvent, testApp, type TestApp } from './app.ts';
import { countEntries } from './count-entries.ts';

let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp({ now: '2025-12-28T18:30:41Z' });
});

const count = (entries: readonly object[], customer?: string) => countEntries(testing, entries, customer);

async function get(query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const event = httpEvent('GET', '/aggregates/total', { query, headers });
  const { statusCode, headers: answered = {}, body = '' } = await totalHandler(wired)(event);
  return { status: statusCode, headers: answered, text: body };
}

const json = ({ text }: { readonly text: string }): unknown => JSON.parse(text);
const at = (minute: string, fields: object = {}) =>
  sentEntry({ receivedAt: `2025-12-28T18:${minute}:07Z`, ...fields });

describe('GET /aggregates/total', () => {
  it('answers with the sum of a range, and its largest keys', async () => {
    await count([
      at('03', { status: 200 }),
      at('04'),
      at('04', { path: '/a', userAgent: 'Wget/1.21' }),
      at('05'),
    ]);
    const answer = await get({ from: '2025-12-28T18:03:00Z', to: '2025-12-28T18:05:00Z' });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'private, no-cache' },
    });
    expect(json(answer)).toEqual({
      customerId: 'cus-axon',
      from: '2025-12-28T18:03:00Z',
      to: '2025-12-28T18:05:00Z',
      countedThrough: '2025-12-28T18:30:41.000Z',
      waiting: 0,
      requests: 3,
      topPaths: [
        { key: 'GET /', requests: 2 },
        { key: 'GET /a', requests: 1 },
      ],
      topUserAgents: [
        { key: 'curl', requests: 2 },
        { key: 'Wget', requests: 1 },
      ],
      topStatuses: [{ key: '200', requests: 1 }],
      agentClasses: [{ key: 'library', requests: 3 }],
      folded: 0,
      complete: true,
    });
  });

  it('answers with the sums of facts, and those of each path', async () => {
    const browser =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
    const facts = { bytes: 500, host: 'a.example', referrer: 'https://b.example/x', country: 'DE' };
    await count([
      at('03', { ...facts, durationMs: 21, userAgent: browser, clientIp: '192.0.2.1' }),
      at('04', { ...facts, durationMs: 10, userAgent: browser, clientIp: '192.0.2.1' }),
      at('04', { ...facts, durationMs: 10 }),
      at('04', { path: '/a', status: 404, clientIp: '192.0.2.2' }),
      at('05'),
    ]);
    const range = { from: '2025-12-28T18:03:00Z', to: '2025-12-28T18:06:00Z' };
    const all = json(await get(range)) as Record<string, unknown>;
    expect(all).toMatchObject({
      requests: 5,
      topPaths: [
        { key: 'GET /', requests: 4, bytes: 1_500, meanMs: 13.67 },
        { key: 'GET /a', requests: 1, bytes: 0 },
      ],
      topErrorPaths: [{ key: '404 GET /a', requests: 1 }],
      agentClasses: [
        { key: 'library', requests: 3 },
        { key: 'browser', requests: 2 },
      ],
      topReferrers: [{ key: 'b.example', requests: 3 }],
      topHosts: [{ key: 'a.example', requests: 3 }],
      topCountries: [{ key: 'DE', requests: 3 }],
      bytes: 1_500,
      duration: { requests: 3, sumMs: 41, p50Ms: 10, p95Ms: 21, p99Ms: 21 },
    });
    const bySome = json(await get({ ...range, dimensions: 'status,agentClass' }));
    expect(bySome).toEqual(
      Object.fromEntries(Object.entries(all).filter(([field]) => !/^top(?!Statuses)/.test(field))),
    );
    expect(json(await get({ ...range, dimensions: 'none' }))).not.toHaveProperty('topStatuses');
    const ofOnePath = json(await get({ ...range, pathPrefix: '/a' }));
    expect(ofOnePath).toMatchObject({ requests: 1, bytes: 0 });
    expect(ofOnePath).not.toHaveProperty('duration');
  });

  it('takes the day before this minute’s end where no range is given', async () => {
    await count([at('03'), sentEntry({ receivedAt: '2025-12-27T18:00:00Z' })]);
    expect(json(await get())).toMatchObject({
      from: '2025-12-27T18:31:00Z',
      to: '2025-12-28T18:31:00Z',
      requests: 1,
      complete: false,
    });
  });

  it('takes whole minutes with any offset, also with a plus that was sent as it is', async () => {
    await count([at('02'), at('03'), at('04')]);
    for (const from of [
      '2025-12-28T19:03:00+01:00',
      '2025-12-28T19:03:00 01:00',
      '2025-12-28T18:03:00.000Z',
    ]) {
      expect(json(await get({ from, to: '2025-12-28T18:04:00Z' }))).toMatchObject({
        from: '2025-12-28T18:03:00Z',
        requests: 1,
      });
    }
  });

  it('rounds a range outward to whole minutes, and says so', async () => {
    await count([at('02'), at('03'), at('04'), at('05')]);
    const range = { from: '2025-12-28T18:03:07.500Z', to: '2025-12-28T18:04:00.001Z' };
    expect(json(await get(range))).toMatchObject({
      from: '2025-12-28T18:03:00Z',
      to: '2025-12-28T18:05:00Z',
      requests: 2,
    });
  });

  it('answers only with what is the caller’s', async () => {
    await count([at('03')], 'cus-other');
    expect(json(await get())).toMatchObject({ requests: 0, topPaths: [] });
  });

  it('has paths alone where these are asked for by their beginning', async () => {
    await count([
      at('03', { path: '/api/a' }),
      at('03', { path: '/api/a', method: 'POST' }),
      at('04', { path: '/b' }),
    ]);
    const answer = json(await get({ pathPrefix: '/api/', top: '1' }));
    expect(answer).toMatchObject({
      pathPrefix: '/api/',
      requests: 2,
      topPaths: [{ key: 'GET /api/a', requests: 1 }],
    });
    expect(answer).not.toHaveProperty('topUserAgents');
    expect(answer).not.toHaveProperty('topStatuses');
  });

  it.each([
    ['from', { from: 'yesterday' }],
    ['to', { to: '2025-12-28' }],
    ['to', { to: '2025-12-28T18:03:60Z' }],
    ['from', { from: '2025-12-28T19:00:00Z', to: '2025-12-28T18:00:00Z' }],
    ['from', { from: '2014-12-25T00:00:00Z', to: '2025-01-01T00:01:00Z' }],
    ['top', { top: '0' }],
    ['top', { top: '1001' }],
    ['pathPrefix', { pathPrefix: '' }],
    ['dimensions', { dimensions: 'status,planet' }],
    ['dimensions', { dimensions: 'status', pathPrefix: '/' }],
    ['pathPrefix', { pathPrefix: 'x'.repeat(2_049) }],
    ['form', { form: '2025-12-28T18:00:00Z' }],
  ])('answers 400 and names %s of %j', async (field, query) => {
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({
      errorCode: 'QRY_1000',
      details: [{ field }],
    });
    expect(answer.text).toContain(`The query is not valid: ${field} `);
  });

  it('takes a leap year at once, and nothing longer', async () => {
    expect((await get({ from: '2024-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' })).status).toBe(200);
  });

  it('answers in CSV where the client asks for it', async () => {
    await count([at('03', { path: '/a,b"c', status: 404 }), at('03', { path: '/a,b"c' })]);
    const query = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T18:10:00Z' };
    const { headers, text } = await get(query, { accept: 'text/csv' });
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const countedThrough = '2025-12-28T18:30:41.000Z';
    const range = '2025-12-28T18:00:00Z,2025-12-28T18:10:00Z,true';
    expect(text).toBe(
      [
        `from,to,complete,dimension,key,requests,countedThrough,${measureColumns.join(',')}`,
        `${range},total,,2,${countedThrough},,,,,,`,
        `${range},folded,,0,${countedThrough},,,,,,`,
        `${range},path,"GET /a,b""c",2,${countedThrough},,,,,,`,
        `${range},userAgent,curl,2,${countedThrough},,,,,,`,
        `${range},status,404,1,${countedThrough},,,,,,`,
        `${range},agentClass,library,2,${countedThrough},,,,,,`,
        `${range},errorPath,"404 GET /a,b""c",1,${countedThrough},,,,,,`,
        '',
      ].join('\r\n'),
    );
  });

  it('answers 304 as long as it says the same, in each form for itself', async () => {
    await count([at('03')]);
    const [json, csv] = [await get(), await get({}, { accept: 'text/csv' })];
    expect(json.headers.vary).toMatch(/\baccept\b/);
    expect(json.headers.etag).not.toBe(csv.headers.etag);
    const seen = { 'if-none-match': String(json.headers.etag) };
    expect(await get({}, seen)).toMatchObject({ status: 304, text: '' });
    expect((await get({}, { ...seen, accept: 'text/csv' })).status).toBe(200);
    await count([at('04')]);
    expect((await get({}, seen)).status).toBe(200);
  });
});
