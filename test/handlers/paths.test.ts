import { beforeEach, describe, expect, it } from 'vitest';
import { pathsCsvHeader } from '../../handlers/http/reads/paths-csv.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { sentEntry } from '../factories.ts';
import { httpEvent, testApp, type TestApp } from './app.ts';
import { countEntries } from './count-entries.ts';

interface PathsAnswer {
  readonly paths: readonly { readonly key: string; readonly requests: number }[];
  readonly nextToken?: string;
  readonly folded: number;
}

let testing: TestApp;
const wired = async () => testing.app;

beforeEach(() => {
  testing = testApp({ now: '2025-12-28T18:30:41Z' });
});

const count = (entries: readonly object[], customer?: string) => countEntries(testing, entries, customer);

async function get(query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const event = httpEvent('GET', '/aggregates/paths', { query, headers });
  const { statusCode, headers: answered = {}, body = '' } = await pathsHandler(wired)(event);
  return { status: statusCode, headers: answered, text: body };
}

const json = ({ text }: { readonly text: string }) => JSON.parse(text) as PathsAnswer;
const keysOf = (answer: { readonly text: string }) => json(answer).paths.map(({ key }) => key);
const at = (minute: string, fields: object = {}) =>
  sentEntry({ receivedAt: `2025-12-28T18:${minute}:07Z`, ...fields });

/** Pages of a list, until the last one. */
async function pagesOf(query: Record<string, string>) {
  const pages: PathsAnswer[] = [];
  for (let nextToken: string | undefined = ''; nextToken !== undefined;) {
    const page = json(await get({ ...query, ...(nextToken && { nextToken }) }));
    pages.push(page);
    ({ nextToken } = page);
  }
  return pages;
}

describe('GET /aggregates/paths', () => {
  it('answers with the paths of a range and their counts, the largest first', async () => {
    await count([
      at('03', { bytes: 100, durationMs: 10, status: 200 }),
      at('04', { bytes: 50, durationMs: 11, status: 404 }),
      at('04', { durationMs: 13, status: 500 }),
      at('04', { path: '/a', method: 'POST', status: 399 }),
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
      complete: true,
      paths: [
        { key: 'GET /', requests: 3, errors: 2, bytes: 150, meanMs: 11.33 },
        { key: 'POST /a', requests: 1, errors: 0, bytes: 0 },
      ],
      folded: 0,
      foldedErrors: 0,
    });
  });

  it('takes the day before this minute’s end where no range is given, and only what is the caller’s', async () => {
    await count([at('03'), sentEntry({ receivedAt: '2025-12-27T18:00:00Z', path: '/old' })]);
    await count([at('03', { path: '/other' })], 'cus-other');
    const answer = await get();
    expect(json(answer)).toMatchObject({
      from: '2025-12-27T18:31:00Z',
      to: '2025-12-28T18:31:00Z',
      complete: false,
    });
    expect(keysOf(answer)).toEqual(['GET /']);
  });

  it('sorts by each value, and paths that have none behind the others', async () => {
    await count([
      at('03', { path: '/often' }),
      at('03', { path: '/often' }),
      at('03', { path: '/broken', status: 503 }),
      at('03', { path: '/large', bytes: 9 }),
      at('03', { path: '/slow', durationMs: 9 }),
      at('03', { path: '/quick', durationMs: 0 }),
    ]);
    expect(keysOf(await get())[0]).toBe('GET /often');
    expect(keysOf(await get({ sort: 'requests' }))[0]).toBe('GET /often');
    expect(keysOf(await get({ sort: 'errors' }))[0]).toBe('GET /broken');
    expect(keysOf(await get({ sort: 'bytes' }))[0]).toBe('GET /large');
    expect(keysOf(await get({ sort: 'meanMs' }))).toEqual([
      'GET /slow',
      'GET /quick',
      'GET /broken',
      'GET /large',
      'GET /often',
    ]);
  });

  it('finds paths by a part of their key, in upper or lower case', async () => {
    const paths = ['/Docs/a', '/docs/É', '/docs/"x"', '/login', '/\u0001'];
    await count([...paths.map((path) => at('03', { path })), at('03', { path: '/login', method: 'POST' })]);
    expect(keysOf(await get({ search: 'DOCS/' }))).toEqual(['GET /Docs/a', 'GET /docs/"x"', 'GET /docs/É']);
    expect(keysOf(await get({ search: 'post /LOG' }))).toEqual(['POST /login']);
    expect(keysOf(await get({ search: 'é' }))).toEqual(['GET /docs/É']);
    expect(keysOf(await get({ search: '"X"' }))).toEqual(['GET /docs/"x"']);
    expect(keysOf(await get({ search: 'u0001' }))).toEqual([]);
    expect(keysOf(await get({ search: 'nothing' }))).toEqual([]);
  });

  it('gives each path once over pages of any size', async () => {
    const long = 'x'.repeat(300);
    const paths = ['/a', '/b', '/B', '/é', `/${long}1`, `/${long}2`, `/${long}3`, '/often'];
    await count([...paths.map((path) => at('03', { path, bytes: 5 })), at('04', { path: '/often' })]);
    for (const sort of ['requests', 'errors', 'bytes', 'meanMs']) {
      const all = keysOf(await get({ sort }));
      expect(all.toSorted()).toEqual(paths.map((path) => `GET ${path}`).toSorted());
      for (const limit of ['1', '3', '8']) {
        const pages = await pagesOf({ sort, limit });
        expect(pages.flatMap((page) => page.paths.map(({ key }) => key))).toEqual(all);
        expect(pages.length).toBe(Math.ceil(paths.length / Number(limit)));
      }
    }
  });

  it('continues behind the last path where counting goes on, and repeats none', async () => {
    await count(['/a', '/a', '/a', '/b', '/b', '/c'].map((path) => at('03', { path })));
    const first = json(await get({ limit: '1' }));
    await count(['/a', '/c', '/c', '/c'].map((path) => at('04', { path })));
    const second = json(await get({ limit: '5', nextToken: String(first.nextToken) }));
    expect(second.paths).toMatchObject([{ key: 'GET /b', requests: 2 }]); // `/c` has passed to the first page
  });

  it('keeps the range, the order and the search of a list in its token', async () => {
    await count(['/a', '/b', '/x'].map((path) => at('03', { path })));
    const query = { limit: '1', search: '/', sort: 'errors' };
    const { nextToken = '' } = json(await get(query));
    expect(json(await get({ nextToken }))).toMatchObject({
      from: '2025-12-27T18:31:00Z',
      paths: [{ key: 'GET /b' }, { key: 'GET /x' }],
    });
    for (const other of [
      { search: '/a' },
      { sort: 'bytes' },
      { from: '2025-12-28T00:00:00Z' },
      { to: '2025-12-28T18:30:00Z' },
    ]) {
      const { status, text } = await get({ nextToken, ...other });
      expect(status).toBe(400);
      expect(text).toContain('another query');
    }
    expect((await get({ nextToken }, { 'x-customer-id': 'cus-other' })).status).toBe(400);
    expect((await get({ nextToken: 'x' })).status).toBe(400);
  });

  it('says how many requests and errors have no known path', async () => {
    testing = testApp({ now: '2025-12-28T18:30:41Z', environment: { MAX_KEYS_PER_DIMENSION: '2' } });
    await count([
      at('03', { path: '/a', status: 404 }),
      at('03', { path: '/a', status: 200, bytes: 5 }),
      at('03', { path: '/b', status: 404 }),
      at('03', { path: '/c', status: 404, bytes: 7 }),
      at('03', { path: '/d', status: 200 }),
    ]);
    const all = json(await get());
    expect(all).toMatchObject({
      paths: [
        { key: 'GET /a', requests: 2, errors: 1, bytes: 5 },
        { key: 'GET /b', requests: 1, errors: 1, bytes: 0 },
      ],
      folded: 2,
      foldedErrors: 1,
    });
    expect(json(await get({ search: 'b' }))).toMatchObject({
      paths: [{ key: 'GET /b' }],
      folded: 2,
      foldedErrors: 1,
    });
    const { text } = await get({ format: 'ndjson', limit: '1' });
    expect(text.split('\n')).toEqual([
      '{"key":"(other)","requests":2,"errors":1,"bytes":7}',
      '{"key":"GET /a","requests":2,"errors":1,"bytes":5}',
      '',
    ]);
    const { nextToken = '' } = json(await get({ limit: '1' }));
    expect((await get({ format: 'ndjson', nextToken })).text).not.toContain('(other)');
  });

  it('answers with CSV and NDJSON', async () => {
    await count([at('03', { path: '/=1', durationMs: 3 }), at('03', { status: 404, bytes: 5 })]);
    const from = '2025-12-28T18:00:00Z';
    const to = '2025-12-28T18:10:00Z';
    for (const answer of [
      await get({ from, to, format: 'csv' }),
      await get({ from, to }, { accept: 'text/csv' }),
    ]) {
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      expect(answer.text).toBe(
        [
          pathsCsvHeader.trim(),
          `${from},${to},true,GET /,1,1,2025-12-28T18:30:41.000Z,5,,`,
          `${from},${to},true,GET /=1,1,0,2025-12-28T18:30:41.000Z,0,3,3`,
          '',
        ].join('\r\n'),
      );
    }
    const lines = await get({ from, to, format: 'ndjson', limit: '1' });
    expect(lines.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'x-counted-through': '2025-12-28T18:30:41.000Z',
    });
    expect(lines.text).toBe('{"key":"GET /","requests":1,"errors":1,"bytes":5}\n');
    const link = /^<(.*)>; rel="next"$/.exec(String(lines.headers['link']))?.[1] ?? '';
    const next = Object.fromEntries(new URL(link, 'http://localhost').searchParams);
    expect(next).toMatchObject({ from, to, format: 'ndjson', limit: '1' });
    expect((await get(next)).text).toContain('GET /=1');
  });

  it('answers 304 until a count changes', async () => {
    await count([at('03')]);
    const query = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
    const etag = String((await get(query)).headers['etag']);
    expect(await get(query, { 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect((await get({ ...query, format: 'csv' }, { 'if-none-match': etag })).status).toBe(200);
    await count([at('04', { path: '/a' })]);
    expect((await get(query, { 'if-none-match': etag })).status).toBe(200);
  });

  it('ends a page at about 1 MiB', async () => {
    const paths = Array.from({ length: 700 }, (_, path) => `/${'x'.repeat(2_000)}${path}`);
    await count(paths.map((path, place) => at(place % 2 === 0 ? '03' : '04', { path })));
    const [first, ...others] = await pagesOf({ limit: '1000' });
    expect(JSON.stringify(first).length).toBeLessThan(1_100_000);
    expect([...(first?.paths ?? []), ...others.flatMap((page) => page.paths)].length).toBe(700);
  });

  it.each([
    ['sort', 'x', 'must be requests, errors, bytes or meanMs'],
    ['limit', '1001', 'must be a whole number of 1–1000'],
    ['limit', '0', 'must be a whole number of 1–1000'],
    ['search', '', 'must have 1–256 characters'],
    ['search', 'x'.repeat(257), 'must have 1–256 characters'],
    ['from', 'yesterday', 'must be an RFC 3339 instant'],
    ['from', '2014-12-26T00:00:00Z', 'must be at most 3660 days before to'],
    ['format', 'xml', 'must be json, csv or ndjson'],
    ['top', '5', 'is not a parameter of this route'],
  ])('refuses %s=%s', async (name, value, reason) => {
    const { status, text } = await get({ [name]: value });
    expect(status).toBe(400);
    expect(text).toContain(reason);
  });
});
