import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { ingestHandler } from '../../../handlers/ingest.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { httpEvent, testApp, type TestApp } from '../app.ts';
import { countedPaths } from './counted.ts';
import { send } from './requests.ts';

/** Requests of Fastly's log streaming to HTTPS, as its documentation describes them. */
const page = readFileSync(new URL('../../../docs/how-to/send/fastly.md', import.meta.url), 'utf8');
const documentedFormat = /^```json\n(?<format>[^]*?)\n^```$/m.exec(page)?.groups?.['format'] ?? '';
const documentedQuery = /\/logs\?(?<query>[^']*)'/.exec(page)?.groups?.['query'] ?? '';

/** Writes an entry in the log format of the page, as Fastly does with what its variables hold. */
function documentedLog(n: number): string {
  const values: Record<string, string> = {
    [String.raw`strftime(\{"%Y-%m-%dT%H:%M:%SZ"\}, time.start)`]: '2025-12-28T18:03:07Z',
    'json.escape(req.method)': 'GET',
    'json.escape(req.url)': `/page-${n}?q=%22`,
    'json.escape(req.http.User-Agent)': String.raw`Mozilla\u002f5.0 \u0022quoted\u0022`,
    'resp.status': '200',
    'resp.body_bytes_written': '512',
    'time.elapsed.msec': '3',
    'json.escape(req.http.Referer)': '',
    'json.escape(req.http.Host)': 'www.example.com',
    'client.geo.country_code': 'DE',
    'json.escape(server.identity)': 'cache-fra19120-FRA',
    'req.xid': `38b0a8f2-${n}`,
  };
  return documentedFormat.replaceAll(/%\{(.*?)\}V/g, (_, variable: string) => {
    return values[variable] ?? expect.fail(`The page has ${variable}, which is not a variable of the test.`);
  });
}

const exampleOfFastly = JSON.stringify({
  timestamp: '2025-12-28T18:03:07+0000',
  client_ip: '192.0.2.7',
  geo_country: 'germany',
  host: 'www.example.com',
  url: '/page-0',
  request_method: 'GET',
  request_protocol: 'HTTP/1.1',
  request_referer: '',
  request_user_agent: 'curl/8.7.1',
  response_state: 'HIT-CLUSTER',
  response_status: 200,
  response_reason: 'OK',
  response_body_size: 512,
  fastly_server: 'cache-fra19120-FRA',
  fastly_is_edge: true,
});
const defaultFormat = '192.0.2.7 "-" "-" [28/Dec/2025:18:03:07 +0000] "GET /page-0 HTTP/1.1" 200 512';

let testing: TestApp;
beforeEach(() => {
  testing = testApp();
});

async function log(body: string, contentType = 'application/json') {
  const query = Object.fromEntries(new URLSearchParams(documentedQuery));
  const event = httpEvent('POST', '/logs', { query, body, headers: { 'content-type': contentType } });
  const { statusCode, body: answered = '' } = await ingestHandler(async () => testing.app)(event);
  return { status: statusCode, ...(JSON.parse(answered) as Record<string, unknown>) };
}

describe('GET /.well-known/fastly/logging/challenge', () => {
  it.each([{}, { STORAGE: 'aws' }])(
    'allows any service, by an asterisk on a line of its own: %j',
    async (environment) => {
      const answer = await send(testApp({ environment }), 'GET /.well-known/fastly/logging/challenge', {});
      expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' }, body: '*\n' });
    },
  );
});

describe('a batch of Fastly', () => {
  it.each([
    ['an array', 'application/json', () => `[${documentedLog(0)},${documentedLog(1)}]`],
    [
      'lines',
      'application/x-ndjson',
      () => [0, 1].map((n) => `${documentedLog(n).replaceAll('\n', '')}\n`).join(''),
    ],
  ])('in the format of the page is counted once, as %s', async (_, contentType, body) => {
    const first = await log(body(), contentType);
    expect(first).toMatchObject({ status: 202, entries: 2, windows: 1 });
    expect(await log(body(), contentType)).toEqual(first);
    expect(await countedPaths(testing)).toEqual({ 'GET /page-0?q=%22': 1, 'GET /page-1?q=%22': 1 });
  });

  it.each([
    ['its own example format', 'application/json', `[${exampleOfFastly}]`],
    ['its own example format, by lines', 'application/x-ndjson', `${exampleOfFastly}\n`],
    ['its default format', 'text/plain', `${defaultFormat}\n`],
  ])('in %s is counted', async (_, contentType, body) => {
    expect(await log(body, contentType)).toMatchObject({ status: 202, entries: 1 });
    expect(await countedPaths(testing)).toEqual({ 'GET /page-0': 1 });
  });

  it('of the largest default number of entries is taken, also with one that is not a request', async () => {
    const all = Array.from({ length: 10_000 }, (_, n) => (n === 7 ? '{"path":""}' : documentedLog(n)));
    expect(await log(`[${all.join()}]`)).toMatchObject({ status: 202, entries: 9_999, rejected: 1 });
  });

  it('that cannot be stored is answered 503, so that it is repeated', async () => {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(new Unavailable('The disk is gone.'));
    testing = testApp({ store });
    expect(await log(`[${documentedLog(0)}]`)).toMatchObject({ status: 503, errorCode: 'API_1002' });
  });
});
