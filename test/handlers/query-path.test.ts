import { beforeEach, describe, expect, it } from 'vitest';
import { pathWindowsCsvHeader } from '../../handlers/http/reads/path-windows-csv.ts';
import { queryHandler } from '../../handlers/query.ts';
import { sentEntry } from '../factories.ts';
import { httpEvent, testApp, type TestApp } from './app.ts';
import { countAndRollUp } from './count-entries.ts';

interface Page {
  readonly windows: readonly { readonly windowStart: string; readonly requests: number }[];
  readonly nextToken?: string;
  readonly folded: number;
}

let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp({ now: '2025-12-28T18:30:41Z' });
});

const count = (entries: readonly { readonly receivedAt?: unknown }[]) => countAndRollUp(testing, entries);

async function get(query: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await queryHandler(wired)(httpEvent('GET', '/aggregates', { query, headers }));
  return { status: answer.statusCode, headers: answer.headers ?? {}, text: answer.body ?? '' };
}

const json = ({ text }: { readonly text: string }) => JSON.parse(text) as Page;
const at = (time: string, fields: object = {}) =>
  sentEntry({ receivedAt: `2025-12-28T${time}:07Z`, ...fields });
const hour = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
async function requestsByStart(query: Record<string, string>) {
  const { windows } = json(await get(query));
  return Object.fromEntries(windows.map(({ windowStart, requests }) => [windowStart.slice(5, 16), requests]));
}

describe('GET /aggregates with path', () => {
  it('answers with the counts of one path, in the windows that have it', async () => {
    await count([
      at('18:03', { path: '/a', bytes: 100, durationMs: 10, status: 200 }),
      at('18:03', { path: '/a', durationMs: 11, status: 404 }),
      at('18:03', { path: '/a', status: 500 }),
      at('18:03', { path: '/b', bytes: 7, durationMs: 1, status: 404 }),
      at('18:04', { path: '/b' }),
      at('18:05', { path: '/a', bytes: 1 }),
    ]);
    const answer = await get({ ...hour, path: 'GET /a' });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    const window = { customerId: 'cus-axon', windowSize: 'minute', complete: true };
    const updatedAt = '2025-12-28T18:30:41.000Z';
    expect(json(answer)).toEqual({
      customerId: 'cus-axon',
      windowSize: 'minute',
      path: 'GET /a',
      ...hour,
      countedThrough: '2025-12-28T18:30:41.000Z',
      waiting: 0,
      folded: 0,
      foldedErrors: 0,
      windows: [
        {
          ...window,
          windowStart: '2025-12-28T18:03:00Z',
          requests: 3,
          errors: 2,
          bytes: 100,
          durationMs: 21,
          meanMs: 10.5,
          updatedAt,
        },
        { ...window, windowStart: '2025-12-28T18:05:00Z', requests: 1, errors: 0, bytes: 1, updatedAt },
      ],
    });
  });

  it('adds up all methods of a path that begins with a slash', async () => {
    await count([
      at('18:03', { path: '/a' }),
      at('18:03', { path: '/a', method: 'POST', status: 404, bytes: 4 }),
      at('18:03', { path: '/a', method: 'PUT', status: 503, bytes: 5 }),
      at('18:03', { path: '/b' }),
      at('18:03', { path: '/x /a' }),
      at('18:03', { path: '/"x" /a' }),
      at('18:03', { path: '/a/a' }),
    ]);
    const { windows } = json(await get({ ...hour, path: '/a' }));
    expect(windows).toMatchObject([{ requests: 3, errors: 2, bytes: 9 }]);
  });

  it.each(['/é', '/"a"', '/\\', '/a"GET /b', '/\u0001', '/(other)', `/${'x'.repeat(2_000)}`])(
    'finds exactly the path %j',
    async (path) => {
      const others = [`${path}x`, `/x${path}`, '/', `/ GET ${path}`, `/"GET ${path}`, `/,"GET ${path}`];
      const entries = [path, path, ...others].map((each) => at('18:03', { path: each, bytes: 1 }));
      await count([...entries, at('18:03', { path, method: 'HEAD', bytes: 5 })]);
      for (const [asked, requests, bytes] of [
        [`GET ${path}`, 2, 2],
        [`HEAD ${path}`, 1, 5],
        [path, 3, 7],
      ] as const) {
        expect(json(await get({ ...hour, path: asked })).windows).toMatchObject([{ requests, bytes }]);
      }
      expect(json(await get({ ...hour, path: `POST ${path}` })).windows).toEqual([]);
    },
  );

  it('has minutes, hours and days, and local ones', async () => {
    await count(['18:03', '18:04', '22:59', '23:00'].flatMap((time) => [at(time, { path: '/a' }), at(time)]));
    const day = { from: '2025-12-28T00:00:00Z', to: '2025-12-30T00:00:00Z', path: '/a' };
    expect(await requestsByStart({ ...day, window: 'minute' })).toEqual({
      '12-28T18:03': 1,
      '12-28T18:04': 1,
      '12-28T22:59': 1,
      '12-28T23:00': 1,
    });
    expect(await requestsByStart({ ...day, window: 'hour' })).toEqual({
      '12-28T18:00': 2,
      '12-28T22:00': 1,
      '12-28T23:00': 1,
    });
    expect(await requestsByStart({ ...day, window: 'day' })).toEqual({ '12-28T00:00': 4 });
    const tz = 'Europe/Berlin';
    expect(json(await get({ ...day, window: 'day', tz }))).toMatchObject({ tz, path: '/a' });
    expect(await requestsByStart({ ...day, window: 'day', tz })).toEqual({
      '12-27T23:00': 3,
      '12-28T23:00': 1,
    });
    expect(await requestsByStart({ ...day, window: 'hour', tz: 'Asia/Kolkata' })).toEqual({
      '12-28T17:30': 2,
      '12-28T22:30': 2,
    });
    expect(await requestsByStart({ ...day, window: 'minute', tz })).toHaveProperty('12-28T18:03', 1);
  });

  it('adds up all counts of the parts of a local day', async () => {
    await count([
      at('18:03', { path: '/a', status: 404, bytes: 5, durationMs: 3 }),
      at('19:04', { path: '/a', method: 'POST', bytes: 6, durationMs: 5 }),
      at('20:04', { path: '/a' }),
      at('20:04', { path: '/b', bytes: 7, durationMs: 100 }),
    ]);
    const day = {
      from: '2025-12-28T12:00:00Z',
      to: '2025-12-28T13:00:00Z',
      window: 'day',
      tz: 'Europe/Berlin',
    };
    expect(json(await get({ ...day, path: '/a' })).windows).toMatchObject([
      { requests: 3, errors: 1, bytes: 11, durationMs: 8, meanMs: 4 },
    ]);
  });

  it('gives each window once over pages of any size, in every form', async () => {
    const minutes = Array.from({ length: 7 }, (_, minute) => `18:0${minute}`);
    await count(
      minutes.flatMap((time, place) => [at(time), at(time, { path: place % 2 === 0 ? '/a' : '/b' })]),
    );
    for (const limit of ['1', '2', '4', '5']) {
      const starts: string[] = [];
      for (let nextToken: string | undefined = ''; nextToken !== undefined;) {
        const page = json(await get({ ...hour, path: '/a', limit, ...(nextToken && { nextToken }) }));
        expect(page.windows.length).toBeLessThanOrEqual(Number(limit));
        starts.push(...page.windows.map((window) => window.windowStart.slice(11, 16)));
        ({ nextToken } = page);
      }
      expect(starts).toEqual(['18:00', '18:02', '18:04', '18:06']);
    }
    const first = await get({ ...hour, path: '/a', limit: '3', format: 'ndjson' });
    expect(first.text.trim().split('\n').length).toBe(3);
    const link = /^<(.*)>; rel="next"$/.exec(String(first.headers['link']))?.[1] ?? '';
    const next = Object.fromEntries(new URL(link, 'http://localhost').searchParams);
    expect(next).toMatchObject({ path: '/a', format: 'ndjson' });
    expect((await get(next)).text).toContain('18:06');
  });

  it('says how many requests and errors have no known path', async () => {
    testing = testApp({ now: '2025-12-28T18:30:41Z', environment: { MAX_KEYS_PER_DIMENSION: '1' } });
    await count([
      at('18:03', { path: '/a' }),
      at('18:03', { path: '/a' }),
      at('18:03', { path: '/b', status: 404 }),
      at('18:04', { path: '/b' }),
      at('18:04', { path: '/b', status: 404 }),
      at('18:04', { path: '/c' }),
    ]);
    const page = json(await get({ ...hour, path: '/b' }));
    expect(page).toMatchObject({ folded: 2, foldedErrors: 1 });
    expect(page.windows).toMatchObject([{ requests: 2, errors: 1, folded: 1 }]);
    expect(page.windows[0]).not.toHaveProperty('foldedErrors');
  });

  it('answers with CSV', async () => {
    await count([
      at('18:03', { path: '/=a', bytes: 5, durationMs: 3, status: 404 }),
      at('18:04', { path: '/=a' }),
    ]);
    for (const [query, headers] of [
      [{ format: 'csv' }, {}],
      [{}, { accept: 'text/csv' }],
    ] as const) {
      const answer = await get({ ...hour, path: 'GET /=a', ...query }, headers);
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      expect(answer.text).toBe(
        [
          pathWindowsCsvHeader.trim(),
          '2025-12-28T18:03:00Z,minute,true,GET /=a,1,1,2025-12-28T18:30:41.000Z,5,3,3,0,0',
          '2025-12-28T18:04:00Z,minute,true,GET /=a,1,0,2025-12-28T18:30:41.000Z,,,,0,0',
          '',
        ].join('\r\n'),
      );
    }
  });

  it('answers 304 until the counts of the path change', async () => {
    await count([at('18:03', { path: '/a' })]);
    const query = { ...hour, path: '/a' };
    const etag = String((await get(query)).headers['etag']);
    await count([at('18:05', { path: '/b' })]);
    expect(await get(query, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    await count([at('18:05', { path: '/a' })]);
    expect((await get(query, { 'if-none-match': etag })).status).toBe(200);
  });

  it('refuses a token of another path, and `top` beside a path', async () => {
    await count(['18:03', '18:04'].map((time) => at(time, { path: '/a' })));
    const { nextToken = '' } = json(await get({ ...hour, path: '/a', limit: '1' }));
    expect(json(await get({ nextToken })).windows.length).toBe(1); // it has the path
    for (const query of [
      { nextToken, path: '/b' },
      { nextToken, tz: 'Europe/Berlin' },
    ]) {
      const { status, text } = await get(query);
      expect(status).toBe(400);
      expect(text).toContain('belongs to another query');
    }
    const ofAll = json(await get({ ...hour, limit: '1' })).nextToken ?? '';
    expect((await get({ nextToken: ofAll, path: '/a' })).status).toBe(400);
    const both = await get({ ...hour, path: '/a', top: '5' });
    expect(both.status).toBe(400);
    expect(both.text).toContain('top must not be given together with path');
  });

  it.each(['', 'a', 'GET', 'GET ', 'get /', ':1 x', 'x'.repeat(2_090)])(
    'refuses the path %j',
    async (path) => {
      const { status, text } = await get({ ...hour, path });
      expect(status).toBe(400);
      expect(text).toContain('path must');
    },
  );
});
