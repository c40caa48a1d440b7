import { gzipSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { testApp, type TestApp } from '../app.ts';
import { countedPaths } from './counted.ts';
import { pushInProtobuf } from './push-in-protobuf.ts';
import { line, send, type ProtocolAnswer, type Sent } from './requests.ts';

/** The fate of a batch after an answer: it is done with, sent again, or given up. */
type Reaction = 'done' | 'again' | 'lost';

/** A program that cannot run in these tests, as its documentation and source describe it. */
interface Sender {
  readonly name: string;
  readonly route: string;
  /** A batch of these lines, in its form and with its headers. */
  readonly batch: (lines: readonly string[]) => Sent;
  readonly react: (answer: ProtocolAnswer) => Reaction;
  /** Its reaction to a batch that is larger than the pipeline takes. */
  readonly onTooLarge: Reaction;
  /** Its reaction to a batch without any request; it is repeated without end if this is `again`. */
  readonly onNoRequests?: Reaction;
}

const zipped = (body: string, headers: Record<string, string>): Sent => ({
  body: gzipSync(body),
  headers: { ...headers, 'content-encoding': 'gzip' },
});
const at = '2025-12-28T18:04:00.123Z';
const splunk = { authorization: 'Splunk 0a1b2c3d-0000-4000-8000-123456789abc' };
const asJson = { 'content-type': 'application/json' };
const forElastic = { ...asJson, accept: 'application/json' };

const bulk = (action: object, documents: readonly object[]): string =>
  documents.map((document) => `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`).join('');

const isTemporary = (status = 0): boolean => status === 429 || status >= 500;

function byStatus({ status = 0 }: ProtocolAnswer): Reaction {
  if (status >= 200 && status < 300) return 'done';
  return isTemporary(status) ? 'again' : 'lost';
}

function statusesOf({ body }: ProtocolAnswer): readonly (number | undefined)[] {
  const { items } = body as { items: Readonly<Record<string, { status: number }>>[] };
  return items.map((item) => Object.values(item)[0]?.status);
}

/** Reads the result of each document, and drops those that would fail again. */
function byDocuments(answer: ProtocolAnswer): Reaction {
  if (answer.status !== 200) return 'again';
  return statusesOf(answer).some(isTemporary) ? 'again' : 'done';
}

const senders: readonly Sender[] = [
  {
    name: 'Filebeat',
    route: 'POST /_bulk',
    batch: (lines) =>
      zipped(
        bulk(
          { create: { _index: 'access' } },
          lines.map((message, n) => ({
            '@timestamp': at,
            log: { offset: 90 * n, file: { path: '/var/log/nginx/access.log', inode: '7', device_id: '8' } },
            message,
            input: { type: 'filestream' },
            agent: { type: 'filebeat', version: '8.19.0', name: 'web-1' },
            ecs: { version: '8.0.0' },
            host: { name: 'web-1' },
          })),
        ),
        { ...forElastic, 'content-type': 'application/vnd.elasticsearch+json; compatible-with=8' },
      ),
    react: byDocuments,
    onTooLarge: 'again', // in two halves
  },
  {
    name: 'Logstash',
    route: 'POST /_bulk',
    batch: (lines) => ({
      body: bulk(
        { index: { _id: null, _index: 'access', routing: null } },
        lines.map((message) => ({
          '@timestamp': at,
          '@version': '1',
          host: { name: 'web-1' },
          event: { original: message },
          log: { file: { path: '/var/log/nginx/access.log' } },
          message,
        })),
      ),
      headers: forElastic,
    }),
    react: byDocuments,
    onTooLarge: 'again',
  },
  {
    name: 'fluent-bit, es',
    route: 'POST /_bulk',
    batch: (lines) => ({
      body: bulk(
        { create: { _index: 'access' } },
        lines.map((log) => ({ '@timestamp': at, log })),
      ),
      headers: { 'content-type': 'application/x-ndjson' },
    }),
    react: (answer) => {
      const isTaken = answer.status === 200 && statusesOf(answer).includes(201);
      return isTaken ? 'done' : 'again';
    },
    onTooLarge: 'again',
    onNoRequests: 'again',
  },
  {
    name: 'Vector, elasticsearch',
    route: 'POST /_bulk',
    batch: (lines) =>
      zipped(
        bulk(
          { index: { _index: 'access' } },
          lines.map((message) => ({
            file: '/var/log/nginx/access.log',
            host: 'web-1',
            message,
            source_type: 'file',
            '@timestamp': at,
          })),
        ),
        { 'content-type': 'application/x-ndjson' },
      ),
    react: byStatus,
    onTooLarge: 'lost',
  },
  {
    name: 'fluent-bit, splunk',
    route: 'POST /services/collector/event',
    batch: (lines) => ({
      body: lines.map((log) => JSON.stringify({ time: 1_766_945_040.123, event: { log } })).join(''),
      headers: splunk,
    }),
    react: byStatus,
    onTooLarge: 'lost',
  },
  {
    name: 'Vector, splunk_hec_logs',
    route: 'POST /services/collector/event',
    batch: (lines) =>
      zipped(
        lines
          .map((event) =>
            JSON.stringify({ event, fields: {}, time: 1_766_945_040.123, host: 'web-1', source: 'file' }),
          )
          .join(''),
        { ...splunk, ...asJson, 'x-splunk-request-channel': '0a1b2c3d-0000-4000-8000-123456789abd' },
      ),
    react: byStatus,
    onTooLarge: 'lost',
  },
  {
    name: 'fluent-bit, loki',
    route: 'POST /loki/api/v1/push',
    batch: (lines) => ({
      body: JSON.stringify({
        streams: [
          {
            stream: { job: 'fluent-bit' },
            values: lines.map((log, n) => [
              `${1_766_945_040_123_000_000n + BigInt(n)}`,
              JSON.stringify({ log }),
            ]),
          },
        ],
      }),
      headers: asJson,
    }),
    react: byStatus,
    onTooLarge: 'lost',
  },
  {
    name: 'Vector, loki',
    route: 'POST /loki/api/v1/push',
    batch: (lines) => ({
      body: Buffer.from(compress(pushInProtobuf(lines))),
      headers: { 'content-type': 'application/x-protobuf' },
    }),
    react: byStatus,
    onTooLarge: 'lost',
  },
  {
    name: 'Amazon Data Firehose',
    route: 'POST /firehose',
    batch: (lines) =>
      zipped(
        JSON.stringify({
          requestId: 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
          timestamp: Date.now(), // another one at each attempt
          records: lines.map((text) => ({ data: Buffer.from(`${text}\n`).toString('base64') })),
        }),
        {
          ...asJson,
          'x-amz-firehose-protocol-version': '1.0',
          'x-amz-firehose-request-id': 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
          'x-amz-firehose-source-arn': 'arn:aws:firehose:us-east-1:123456789012:deliverystream/access',
          'x-amz-firehose-access-key': 'lap_key',
        },
      ),
    // The answer must be JSON with the id of the request and a time, also if it is an error. 413 goes to S3 at once.
    react: ({ status, body }) => {
      expect(body).toMatchObject({
        requestId: 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f',
        timestamp: expect.any(Number) as number,
      });
      if (status === 413) return 'lost';
      return status === 200 ? 'done' : 'again';
    },
    onTooLarge: 'lost',
  },
  {
    name: 'Cloudflare Logpush',
    route: 'POST /logpush',
    batch: (lines) =>
      zipped(
        lines
          .map((text, n) => {
            const [, ClientRequestURI = ''] = /GET (\S+)/.exec(text) ?? [];
            return `${JSON.stringify({
              ClientRequestMethod: 'GET',
              ClientRequestURI,
              ClientRequestUserAgent: 'curl/8.0',
              EdgeResponseStatus: 200,
              EdgeStartTimestamp: '2025-12-28T18:03:07Z',
              RayID: `3a6050bcbe121a8${n}`,
            })}\n`;
          })
          .join(''),
        { 'content-type': 'text/plain; charset=utf-8' },
      ),
    react: ({ status = 0 }) => (status >= 200 && status < 300 ? 'done' : 'again'),
    onTooLarge: 'again',
  },
];

describe.each(senders)('$name', ({ route, batch, react, onTooLarge, onNoRequests = 'done' }) => {
  let testing: TestApp;
  beforeEach(() => {
    testing = testApp({ environment: { MAX_BATCH_BYTES: '1000000' } });
  });
  const sendLines = async (...lines: readonly string[]) => react(await send(testing, route, batch(lines)));

  it('is done with a batch that has a line that is no request, and its other lines are counted once', async () => {
    const lines = [line('/a'), 'disk is full', line('/b')];
    expect([await sendLines(...lines), await sendLines(...lines)]).toEqual(['done', 'done']);
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });

  it('sends a batch again that cannot be stored now, and it is counted once then', async () => {
    const store = new InMemoryObjectStore();
    const put = store.put.bind(store);
    store.put = () => Promise.reject(new Unavailable('The disk is gone.'));
    testing = testApp({ store });
    expect(await sendLines(line('/a'))).toBe('again');
    store.put = put;
    expect(await sendLines(line('/a'))).toBe('done');
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1 });
  });

  it('reacts to a batch without any request as its page says', async () => {
    expect(await sendLines('disk is full', 'disk is empty')).toBe(onNoRequests);
  });

  it('reacts to 413 as its page says, and nothing of the batch is counted', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => line(`/${n}`));
    expect(await sendLines(...many)).toBe(onTooLarge);
    expect(await countedPaths(testing)).toEqual({});
  });
});
