import { gzipSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../app.ts';
import { countedPaths } from './counted.ts';
import { pushInProtobuf } from './push-in-protobuf.ts';
import { line, send } from './requests.ts';

const route = 'POST /loki/api/v1/push';
const json = { 'content-type': 'application/json' };
const at = '1766944987000000000';
const push = (...lines: readonly string[]): string =>
  JSON.stringify({ streams: [{ stream: { job: 'nginx' }, values: lines.map((text) => [at, text]) }] });

const inProtobuf = (...lines: readonly string[]): Buffer => Buffer.from(compress(pushInProtobuf(lines)));

let testing: TestApp;
beforeEach(() => {
  testing = testApp({ environment: { MAX_BATCH_BYTES: '100000' } });
});

describe('POST /loki/api/v1/push', () => {
  it.each<[string, string | Buffer, Record<string, string>]>([
    ['JSON', push(line('/a'), line('/b')), json],
    [
      'JSON with a charset',
      push(line('/a'), line('/b')),
      { 'content-type': 'application/json; charset=utf-8' },
    ],
    ['JSON in gzip', gzipSync(push(line('/a'), line('/b'))), { ...json, 'content-encoding': 'gzip' }],
    ['protobuf in Snappy', inProtobuf(line('/a'), line('/b')), { 'content-type': 'application/x-protobuf' }],
    [
      'protobuf in Snappy that is called so',
      inProtobuf(line('/a'), line('/b')),
      { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    ],
    ['protobuf in Snappy without a type', inProtobuf(line('/a'), line('/b')), {}],
  ])('counts the lines of %s', async (_form, body, headers) => {
    expect(await send(testing, route, { body, headers })).toMatchObject({ status: 204, body: '' });
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });

  it('answers 204 to what was sent before, which is counted once', async () => {
    for (let time = 0; time < 2; time++) {
      expect(await send(testing, route, { body: inProtobuf(line('/a')) })).toMatchObject({ status: 204 });
    }
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1 });
  });

  it('takes a line that is not a request with the others, and counts these', async () => {
    const body = push(line('/a'), 'disk is full', line('/b'));

    expect(await send(testing, route, { body, headers: json })).toMatchObject({ status: 204 });
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });

  it.each<[number, string, string | Buffer, Record<string, string>]>([
    [400, 'JSON of another form', '[]', json],
    [400, 'bytes that are not Snappy', Buffer.from([5, 0, 97, 2, 1]), {}],
    [400, 'Snappy of bytes that are not protobuf', Buffer.from(compress(Buffer.from([0xff, 0xff]))), {}],
    [413, 'a push that is too large', inProtobuf(...Array.from({ length: 2_000 }, () => line('/a'))), {}],
    [415, 'an unknown encoding', push(line('/a')), { ...json, 'content-encoding': 'compress' }],
  ])('answers %i with a sentence to %s', async (status, _name, body, headers) => {
    const answer = await send(testing, route, { body, headers });

    expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(answer.body).toMatch(/^[A-Z].*\.\n$/s);
  });

  it('names the header where the tenant is not a customer id', async () => {
    const headers = { ...json, 'x-scope-orgid': 'a|b', 'x-customer-id': undefined };
    const answer = await send(testing, route, {
      body: push(line('/a')),
      headers: headers as unknown as Record<string, string>,
    });
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringMatching(/^The header x-scope-orgid must be 1–128 characters/) as string,
    });
  });

  it('names its customer by the tenant where there is no other header', async () => {
    const headers = { ...json, 'x-scope-orgid': 'cus-tenant', 'x-customer-id': undefined };
    await send(testing, route, {
      body: push(line('/a')),
      headers: headers as unknown as Record<string, string>,
    });

    expect([await countedPaths(testing), await countedPaths(testing, 'cus-tenant')]).toEqual([
      {},
      { 'GET /a': 1 },
    ]);
  });
});
