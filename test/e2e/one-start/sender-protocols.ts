import { gzipSync } from 'node:zlib';
import { compress } from 'snappyjs';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { countedRequests, json } from '../requests.ts';

/** Tests the protocols of log stores, as their senders speak them. */
export function describeSenderProtocols(emulator: Emulator): void {
  const line = (path: string): string =>
    `192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "curl/8.0"`;
  const basic = (user: string): string => `Basic ${Buffer.from(`${user}:x`).toString('base64')}`;

  /** Sends a body twice, as a client does that lost the first answer, and returns both answers. */
  async function sendTwice(
    path: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>>,
    method: 'POST' | 'PUT' = 'POST',
  ) {
    const send = () => emulator.http.request(path, { method, headers, body });
    return [await send(), await send()];
  }

  describe('an Elasticsearch client', () => {
    it.each(['/', '/_license', '/_xpack', '/_cluster/health'])('finds Elasticsearch at %s', async (path) => {
      const { status, headers } = await emulator.http.request(path);

      expect([status, headers['x-elastic-product']]).toEqual([200, 'Elasticsearch']);
    });

    it('finds the server by HEAD, and a browser still finds the dashboard', async () => {
      const head = await emulator.http.request('/', { method: 'HEAD' });
      const page = await emulator.http.request('/', { headers: { accept: 'text/html,*/*;q=0.8' } });

      expect([head.status, head.headers['x-elastic-product']]).toEqual([200, 'Elasticsearch']);
      expect(page.body.toString()).toContain('<title>Log analytics</title>');
    });

    it.each([
      ['/_bulk', 'POST', 'application/x-ndjson'],
      ['/logs-2025/_bulk', 'PUT', 'application/vnd.elasticsearch+x-ndjson; compatible-with=8'],
    ] as const)(
      'sends to %s by %s, compressed, and each document is counted once',
      async (path, method, type) => {
        const customerId = `cus-bulk-${method}`;
        const items = ['/a', '/b'].map(
          (name) => `{"create":{}}\n${JSON.stringify({ message: line(name) })}\n`,
        );
        const headers = {
          authorization: basic(customerId),
          'content-type': type,
          'content-encoding': 'gzip',
        };
        const answers = await sendTwice(
          path,
          gzipSync(`${items.join('')}{"delete":{"_id":"1"}}\n`),
          headers,
          method,
        );

        for (const answer of answers) {
          expect([answer.status, json(answer)]).toMatchObject([
            200,
            {
              errors: true,
              items: [{ create: { status: 201 } }, { create: { status: 201 } }, { delete: { status: 400 } }],
            },
          ]);
        }
        expect(await countedRequests(emulator, customerId)).toBe(2);
      },
    );
  });

  describe('Fastly', () => {
    it('is allowed to send', async () => {
      const { status, body } = await emulator.http.request('/.well-known/fastly/logging/challenge');

      expect([status, body.toString()]).toEqual([200, '*\n']);
    });
  });

  describe('a Loki client', () => {
    it('pushes protobuf in Snappy, and each line is counted once', async () => {
      const { root } = protobuf.parse(`syntax = "proto3";
      message PushRequest { repeated Stream streams = 1; }
      message Stream { string labels = 1; repeated Entry entries = 2; }
      message Entry { string line = 2; }`);
      const type = root.lookupType('PushRequest');
      const entries = [{ line: line('/a') }, { line: 'disk is full' }, { line: line('/b') }];
      const message = type.encode(type.fromObject({ streams: [{ labels: '{}', entries }] })).finish();
      const headers = { 'x-scope-orgid': 'cus-loki', 'content-type': 'application/x-protobuf' };
      const body = Buffer.from(compress(Buffer.from(message)));
      const answers = await sendTwice('/loki/api/v1/push', body, headers);

      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
      expect(await countedRequests(emulator, 'cus-loki')).toBe(2);
    });
  });

  describe('a Splunk client', () => {
    it.each([
      [
        '/services/collector/event',
        [line('/a'), line('/b')].map((event) => JSON.stringify({ event })).join(''),
      ],
      ['/services/collector/raw', `${line('/a')}\n${line('/b')}\n`],
    ])('sends to %s, and each event is counted once', async (path, body) => {
      const customerId = `cus-splunk-${path.length}`;
      const answers = await sendTwice(path, body, { authorization: `Splunk ${customerId}` });

      expect(answers.map(json)).toEqual([
        { text: 'Success', code: 0 },
        { text: 'Success', code: 0 },
      ]);
      expect(await countedRequests(emulator, customerId)).toBe(2);
    });

    it('finds the collector healthy', async () => {
      expect(json(await emulator.http.request('/services/collector/health/1.0'))).toMatchObject({ code: 17 });
    });
  });
}
