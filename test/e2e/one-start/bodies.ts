import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Emulator } from '../emulator.ts';
import { countedRequests, countedWindows, entry, json, postLogs } from '../requests.ts';

/** Tests bodies of `POST /logs` through a real socket. */
export function describeBodies(emulator: Emulator): void {
  const batch = JSON.stringify([entry, { ...entry, path: '/größe/✓' }]);

  describe('compressed bodies through a real socket', () => {
    const encodings = {
      gzip: zlib.gzipSync(batch),
      'x-gzip': zlib.gzipSync(batch),
      deflate: zlib.deflateSync(batch),
      'deflate without a zlib header': zlib.deflateRawSync(batch),
      br: zlib.brotliCompressSync(batch),
      identity: Buffer.from(batch),
    };

    it.each(Object.entries(encodings))('are read and counted: %s', async (name, body) => {
      const customerId = `cus-${name.replaceAll(' ', '-')}`;
      const [encoding = ''] = name.split(' ');
      const answer = await postLogs(emulator, {
        customerId,
        body,
        headers: { 'content-encoding': encoding },
      });

      expect(answer.status).toBe(202);
      expect(await countedWindows(emulator, customerId)).toMatchObject([
        { requests: 2, requestsByPath: { 'GET /pricing': 1, 'GET /größe/✓': 1 } },
      ]);
    });

    it('are one batch with the same content in any encoding', async () => {
      const customerId = 'cus-same-content';
      const answers = [];
      for (const [name, body] of Object.entries(encodings)) {
        const [encoding = ''] = name.split(' ');
        answers.push(
          await postLogs(emulator, { customerId, body, headers: { 'content-encoding': encoding } }),
        );
      }

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
      expect(new Set(answers.map(({ body }) => body.toString())).size).toBe(1);
      expect(await countedRequests(emulator, customerId)).toBe(2);
    });

    it('are refused with 400 where they are cut off', async () => {
      const body = encodings.gzip.subarray(0, -12);
      const answer = await postLogs(emulator, {
        customerId: 'cus-cut',
        body,
        headers: { 'content-encoding': 'gzip' },
      });

      expect(answer.status).toBe(400);
      expect(json(answer)).toMatchObject({ errorCode: 'ING_1000' });
    });

    it('are refused with 400 where they are not what their encoding says', async () => {
      const headers = { 'content-encoding': 'gzip' };
      const answer = await postLogs(emulator, { customerId: 'cus-not-gzip', body: batch, headers });

      expect(answer.status).toBe(400);
    });

    it('are refused with 415 in an encoding that is not known', async () => {
      const headers = { 'content-encoding': 'zstd' };
      const answer = await postLogs(emulator, { customerId: 'cus-zstd', body: batch, headers });

      expect(answer.status).toBe(415);
      expect(json(answer)).toMatchObject({ errorCode: 'ING_1004' });
    });
  });

  describe('media types', () => {
    const lines = `${JSON.stringify(entry)}\n${JSON.stringify({ ...entry, path: '/login' })}\n`;

    it.each(['application/x-ndjson', 'application/ndjson', 'application/x-ndjson; charset=utf-8'])(
      'takes an entry a line as %s',
      async (contentType) => {
        const customerId = `cus-${contentType.replace(/[^a-z-]/g, '-')}`;
        const answer = await postLogs(emulator, {
          customerId,
          body: lines,
          headers: { 'content-type': contentType },
        });

        expect(answer.status).toBe(202);
        expect(await countedRequests(emulator, customerId)).toBe(2);
      },
    );

    it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;'])(
      'takes an array as %s',
      async (contentType) => {
        const customerId = `cus-json-${contentType.length}`;
        const answer = await postLogs(emulator, {
          customerId,
          body: batch,
          headers: { 'content-type': contentType },
        });

        expect(answer.status).toBe(202);
      },
    );

    it('takes lines of an access log as text/plain', async () => {
      const line = '192.0.2.7 - - [28/Dec/2025:18:03:07 +0000] "GET / HTTP/1.1" 200 512 "-" "curl/8.7.1"';
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      const answer = await postLogs(emulator, {
        customerId: 'cus-text',
        body: `${line}\nnot a request\n${line}\n`,
        headers,
      });

      expect(answer.status).toBe(202);
      expect(json(answer)).toMatchObject({ entries: 2, rejected: 1, details: [{ index: 1 }] });
      expect(await countedRequests(emulator, 'cus-text')).toBe(2);
    });

    it('takes compressed bytes as application/gzip', async () => {
      const body = zlib.gzipSync(lines);
      const headers = { 'content-type': 'application/gzip', 'content-encoding': 'gzip' };
      const answer = await postLogs(emulator, { customerId: 'cus-bytes', body, headers });

      expect(answer.status).toBe(202);
      expect(await countedRequests(emulator, 'cus-bytes')).toBe(2);
    });

    it.each(['text/html', 'nonsense', ';', '/', 'application/json/x', 'application/octet-stream', undefined])(
      'refuses %s with 415',
      async (contentType) => {
        const headers = { 'content-type': contentType };
        const answer = await postLogs(emulator, { customerId: 'cus-media', body: batch, headers });

        expect(answer.status).toBe(415);
        expect(json(answer)).toMatchObject({ errorCode: 'ING_1004' });
      },
    );
  });

  describe('bodies that are not a batch', () => {
    const latin1 = Buffer.from(JSON.stringify([{ ...entry, path: '/größe' }]), 'latin1');

    it.each<[string, string | Buffer]>([
      ['a string', '"abc"'],
      ['zero', '0'],
      ['null', 'null'],
      ['true', 'true'],
      ['an object', JSON.stringify(entry)],
      ['an empty array', '[]'],
      ['an array of null', '[null]'],
      ['JSON that is cut off', batch.slice(0, -1)],
      ['text', 'hello'],
      ['Latin-1', latin1],
      [
        'bytes that are no UTF-8',
        Buffer.concat([Buffer.from('["'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"]')]),
      ],
      ['nothing', ''],
      ['white space', ' \n '],
    ])('are refused with 400: %s', async (_name, body) => {
      const answer = await postLogs(emulator, { customerId: 'cus-no-batch', body });

      expect(answer.status).toBe(400);
      expect(json(answer)).toMatchObject({ errorCode: 'ING_1000', errorCategory: 'VALIDATION' });
    });

    it('leave nothing behind', async () => {
      expect(await countedWindows(emulator, 'cus-no-batch')).toEqual([]);
    });

    it('name the offending entries', async () => {
      const body = [entry, { ...entry, receivedAt: '2025-02-29T00:00:00Z' }, { ...entry, path: undefined }];
      const answer = await postLogs(emulator, { customerId: 'cus-details', body });

      expect(json(answer)).toMatchObject({
        details: [
          { index: 1, field: 'receivedAt' },
          { index: 2, field: 'path', reason: 'is required' },
        ],
      });
    });
  });

  it('takes a body that starts with a byte order mark', async () => {
    const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify([entry]))]);
    const answer = await postLogs(emulator, { customerId: 'cus-bom', body });

    expect(answer.status).toBe(202);
    expect(await countedRequests(emulator, 'cus-bom')).toBe(1);
  });

  it('takes a media type without a value for none, as a gateway does', async () => {
    const headers = { 'content-type': '' };
    const answer = await postLogs(emulator, { customerId: 'cus-untyped', body: batch, headers });
    expect([answer.status, json(answer)]).toMatchObject([415, { errorCode: 'ING_1004' }]);
  });

  it.each(['DELETE', 'PATCH', 'OPTIONS'])(
    'answers 405 to %s whatever media type its body has',
    async (method) => {
      const headers = { 'content-type': 'x' };
      const answer = await emulator.http.request('/aggregates', { method, headers, body: '{' });
      expect([answer.status, json(answer)]).toMatchObject([405, { errorCode: 'API_1001' }]);
    },
  );

  it('answers in whole to a request for a range, as a gateway does', async () => {
    const answer = await emulator.http.request('/openapi.json', { headers: { range: 'bytes=0-10' } });
    expect([answer.status, json(answer)]).toMatchObject([200, { openapi: '3.1.1' }]);
  });
}
