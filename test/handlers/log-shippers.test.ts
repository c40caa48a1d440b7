import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ingestHandler } from '../../handlers/ingest.ts';
import { postLogs, testApp } from './app.ts';

/**
 * Requests of programs that cannot run in these tests, in the form that their documentation and source describe, with
 * the configurations of `docs/how-to/send/`.
 */
const line = (n: number): string =>
  `192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET /page-${n} HTTP/1.1" 200 5 "-" "curl/8.7.1"`;
const noRequest = String.raw`192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "\x16\x03\x01" 400 157 "-" "-"`;
const fields = {
  remote: '192.0.2.7',
  host: '-',
  user: '-',
  method: 'GET',
  path: '/page',
  code: '200',
  size: '5',
  referer: '-',
  agent: 'curl/8.7.1',
};
const date = Date.UTC(2025, 11, 28, 18, 3, 7) / 1_000;
const array = (records: readonly object[]): string => JSON.stringify(records);
const lines = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');
const many = <T>(count: number, one: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => one(n));

const ofFluentBit = (n: number) => ({ date: date + n / 1_000, log: line(n), offset: 90 * n });
const ofVector = (n: number) => ({
  file: '/var/log/nginx/access.log',
  host: 'web-1',
  message: line(n),
  offset: 90 * n,
  source_type: 'file',
  timestamp: '2025-12-28T18:04:00.123456789Z',
});
const parsedByVector = {
  agent: 'curl/8.7.1',
  client: '192.0.2.7',
  method: 'GET',
  path: '/page',
  protocol: 'HTTP/1.1',
  request: 'GET /page HTTP/1.1',
  size: 5,
  status: 200,
  timestamp: '2025-12-28T18:03:07Z',
};

type Form = readonly [name: string, contentType: string, body: string];

const forms: readonly Form[] = [
  ['fluent-bit, json', 'application/json', array(many(3, ofFluentBit))],
  ['fluent-bit, json_lines', 'application/x-ndjson', lines(many(3, ofFluentBit))],
  ['fluent-bit with its parser nginx', 'application/json', array(many(3, () => ({ date, ...fields })))],
  ['fluentd, single_value', 'text/plain', many(3, (n) => `${line(n)}\n`).join('')],
  ['fluentd, json', 'application/x-ndjson', lines(many(3, (n) => ({ message: line(n) })))],
  ['fluentd, json_array', 'application/json', array(many(3, (n) => ({ message: line(n) })))],
  [
    'fluentd with its parser nginx',
    'application/x-ndjson',
    lines(many(3, () => ({ ...fields, time: '2025-12-28T18:03:07+00:00' }))),
  ],
  ['Vector, json by lines', 'application/x-ndjson', lines(many(3, ofVector))],
  ['Vector, json', 'application/json', array(many(3, ofVector))],
  ['Vector, text', 'text/plain', many(3, line).join('\n')],
  ['Vector, parse_nginx_log', 'application/x-ndjson', lines(many(3, () => parsedByVector))],
  [
    'Logstash, json_batch',
    'application/json',
    array(many(3, (n) => ({ '@timestamp': '2025-12-28T18:04:00.1Z', '@version': '1', message: line(n) }))),
  ],
];

function sender(environment: Record<string, string> = {}) {
  const { app } = testApp({ environment });
  const ingest = ingestHandler(async () => app);
  return async (contentType: string, body: string, { query = '', headers = {} } = {}) => {
    const event = postLogs(gzipSync(body), {
      'x-customer-id': 'cus-axon',
      'content-type': contentType,
      'content-encoding': 'gzip',
      ...headers,
    });
    const answer = await ingest({
      ...event,
      rawQueryString: query,
      queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    });
    return { status: answer.statusCode, ...(JSON.parse(answer.body ?? '{}') as Record<string, unknown>) };
  };
}

describe.each(forms)('a request of %s', (_name, contentType, body) => {
  it('has each of its lines counted, once however often it is sent', async () => {
    const send = sender();
    const answer = await send(contentType, body);
    expect(answer).toMatchObject({ status: 202, entries: 3, windows: 1 });
    expect(await send(contentType, body)).toEqual(answer);
  });
});

describe('a batch of a log shipper', () => {
  it('with a line that is not a request counts its other lines', async () => {
    const records = [ofFluentBit(0), { ...ofFluentBit(1), log: noRequest }, ofFluentBit(2)];
    const query = 'invalid=set-aside&duplicate=202';
    const answer = await sender()('application/json', array(records), { query });
    expect(answer).toMatchObject({
      status: 202,
      entries: 2,
      rejected: 1,
      details: [{ index: 1, reason: 'the request is not an HTTP request' }],
    });
  });

  it.each([
    ['a chunk of fluent-bit', 'application/json', () => array(many(15_000, ofFluentBit)), 15_000],
    ['a default batch of Vector', 'application/x-ndjson', () => lines(many(38_000, ofVector)), 38_000],
  ])('of the largest size is taken: %s', async (_name, contentType, body, entries) => {
    expect(await sender()(contentType, body())).toMatchObject({ status: 202, entries });
  });

  it('of fluentd with the id of its chunk as key is a success when it comes again', async () => {
    const send = sender();
    const headers = { 'idempotency-key': '63a1f0c2d1b2a' };
    const query = 'duplicate=202';
    const first = await send('text/plain', line(0), { headers, query });
    expect(first).toMatchObject({ status: 202, entries: 1 });
    expect(await send('text/plain', line(0), { headers, query })).toMatchObject({ status: 202, entries: 1 });
    expect(await send('text/plain', line(0), { headers: { 'idempotency-key': 'b' } })).toMatchObject({
      status: 202,
    });
  });

  it.each([
    ['fluent-bit by default', 'application/msgpack'],
    ['fluentd by msgpack', 'application/x-msgpack'],
    ['fluentd by ltsv', 'text/tab-separated-values'],
  ])('in a form that cannot be read is refused with what to send: %s', async (_name, contentType) => {
    expect(await sender()(contentType, 'x')).toMatchObject({
      status: 415,
      errorDescription: expect.stringContaining(
        'use application/json, application/x-ndjson or text/plain',
      ) as string,
    });
  });
});
