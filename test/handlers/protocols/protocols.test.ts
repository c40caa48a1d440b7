import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { protocolsHandler } from '../../../handlers/protocols.ts';
import { queryHandler } from '../../../handlers/query.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { authorized, countAll, httpEvent, testApp, type TestApp } from '../app.ts';
import {
  longBitsOf,
  readResponse,
  readStatus,
  toProtobuf,
} from '../../domain/protocols/otlp/official-encoding.ts';
import {
  cloudflareRequest,
  combinedLine,
  deliver,
  postOtlp,
  postOtlpBody,
  push,
} from './protocol-requests.ts';

let testing: TestApp;
beforeEach(() => {
  testing = testApp();
});

async function send(event: APIGatewayProxyEventV2) {
  const answer = await protocolsHandler(async () => testing.app)(event);
  const { statusCode, headers = {}, body = '', isBase64Encoded } = answer;
  return { status: statusCode, headers, bytes: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
}

async function sendJson(event: APIGatewayProxyEventV2) {
  const { status, bytes } = await send(event);
  return { status, body: JSON.parse(bytes.toString()) as Record<string, unknown> };
}

/** Returns the requests by path of all minutes. */
async function counted(): Promise<Record<string, number>> {
  await countAll(testing);
  const query = { window: 'minute', from: '2025-12-28T00:00:00Z', to: '2025-12-29T00:00:00Z' };
  const answer = await queryHandler(async () => testing.app)(httpEvent('GET', '/aggregates', { query }));
  const { windows } = JSON.parse(answer.body ?? '') as {
    windows: { requestsByPath: Record<string, number> }[];
  };
  const sums: Record<string, number> = {};
  for (const { requestsByPath } of windows) {
    for (const [path, requests] of Object.entries(requestsByPath)) sums[path] = (sums[path] ?? 0) + requests;
  }
  return sums;
}

/** Makes the store fail while a request is sent. */
async function withFailingStore(event: APIGatewayProxyEventV2) {
  const { app } = testing;
  const put = vi.spyOn(app.store, 'put').mockRejectedValue(new Unavailable('down'));
  const answer = await protocolsHandler(async () => app)(event);
  put.mockRestore();
  return answer;
}

describe('POST /v1/logs', () => {
  const record = {
    timeUnixNano: longBitsOf(1_766_944_987_000_000_000n),
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'GET' } },
      { key: 'url.path', value: { stringValue: '/otlp' } },
      { key: 'http.response.status_code', value: { intValue: 200 } },
    ],
  };
  const protobuf = { 'content-type': 'application/x-protobuf' };

  it('counts records in protobuf, compressed, and answers in protobuf', async () => {
    const body = gzipSync(toProtobuf([[[record, record]]]));
    const answer = await send(postOtlpBody(body, { ...protobuf, 'content-encoding': 'gzip' }));
    expect([answer.status, answer.bytes.length]).toEqual([200, 0]);
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(await counted()).toEqual({ 'GET /otlp': 2 });
  });

  it('counts records in JSON, and answers in JSON', async () => {
    expect(await sendJson(postOtlp([combinedLine]))).toEqual({ status: 200, body: {} });
    expect(await counted()).toEqual({ 'GET /a': 1 });
  });

  it('counts a request that is sent again once, and gives it the same answer', async () => {
    const sent = postOtlp([combinedLine, 'other']);
    const first = await sendJson(sent);
    expect(await sendJson(sent)).toEqual(first);
    expect(await counted()).toEqual({ 'GET /a': 1 });
  });

  it('counts equal requests of two sources twice', async () => {
    for (const source of ['one', 'two']) await send(postOtlp([combinedLine], { 'x-source': source }));
    expect(await counted()).toEqual({ 'GET /a': 2 });
  });

  const message =
    '1 of 3 log records are not valid requests and are not counted. For example, record 1: is in none of the known formats.';

  it('sets records aside that are no requests, and says how many in partialSuccess', async () => {
    const partialSuccess = { rejectedLogRecords: '1', errorMessage: message };
    const sent = await sendJson(postOtlp([combinedLine, 'secret', combinedLine]));
    expect(sent).toEqual({ status: 200, body: { partialSuccess } });
    const bodies = [combinedLine, 'secret', combinedLine].map((line) => ({ body: { stringValue: line } }));
    const inProtobuf = await send(postOtlpBody(toProtobuf([[bodies]]), protobuf));
    expect(readResponse(inProtobuf.bytes)).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: message },
    });
    expect(await counted()).toEqual({ 'GET /a': 4 });
  });

  it('answers 200 where all records were set aside, since none of them would ever be valid', async () => {
    const { status, body } = await sendJson(postOtlp(['other']));
    expect([status, body]).toMatchObject([200, { partialSuccess: { rejectedLogRecords: '1' } }]);
  });

  it('refuses the batch where the sender asks for that', async () => {
    const sent = await sendJson(postOtlp(['other'], { 'x-invalid-entries': 'reject' }));
    const message = '1 of 1 entries are not valid. For example, entry 0: is in none of the known formats.';
    expect(sent).toEqual({ status: 400, body: { code: 3, message } });
  });

  it('answers 200 to a request without records', async () => {
    expect(await sendJson(postOtlp([]))).toEqual({ status: 200, body: {} });
    expect((await send(postOtlpBody(Buffer.of(), protobuf))).status).toBe(200);
  });

  it('answers errors as a Status in the encoding of the request', async () => {
    const answer = await send(postOtlpBody('not protobuf', protobuf));
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/x-protobuf']);
    expect(readStatus(answer.bytes)).toEqual({
      code: 3,
      message: 'The body is not a valid protobuf message.',
    });
    const json = await sendJson(postOtlpBody('{', { 'content-type': 'application/json; charset=utf-8' }));
    expect(json).toEqual({
      status: 400,
      body: { code: 3, message: 'The body is not valid JSON.' },
    });
  });

  it('answers 503 with retry-after where the batch cannot be stored, which senders repeat', async () => {
    const answer = await withFailingStore(postOtlp([combinedLine]));
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ code: 14 });
  });
});

describe('POST /firehose', () => {
  const acknowledged = { requestId: 'delivery-1', timestamp: Date.parse('2025-12-28T18:04:00Z') };

  it('counts the lines of all records, and acknowledges the id of the request', async () => {
    const json = JSON.stringify({ time: '2025-12-28T18:03:07Z', method: 'GET', path: '/json' });
    const sent = deliver([`${combinedLine}\n${combinedLine}\n`, combinedLine, json]);
    expect(await sendJson(sent)).toEqual({ status: 200, body: acknowledged });
    expect(await counted()).toEqual({ 'GET /a': 3, 'GET /json': 1 });
  });

  it('counts a delivery once that is tried again with another timestamp and compression', async () => {
    expect((await sendJson(deliver([combinedLine], { timestamp: 1 }))).status).toBe(200);
    const again = deliver([combinedLine], { timestamp: 2 });
    expect(await sendJson(again)).toEqual({ status: 200, body: acknowledged });
    const body = gzipSync(Buffer.from(again.body ?? '', 'base64'));
    const compressed = {
      ...again,
      body: body.toString('base64'),
      headers: { ...again.headers, 'content-encoding': 'gzip' },
    };
    expect((await sendJson(compressed)).status).toBe(200);
    expect(await counted()).toEqual({ 'GET /a': 1 });
  });

  it('counts two deliveries of equal records twice', async () => {
    for (const requestId of ['one', 'two']) await send(deliver([combinedLine], { requestId }));
    expect(await counted()).toEqual({ 'GET /a': 2 });
  });

  it('takes the customer from the common attributes where there are no keys and no header', async () => {
    const attributes = JSON.stringify({ commonAttributes: { 'x-customer-id': 'cus-axon' } });
    const { headers, ...event } = deliver([combinedLine], {
      headers: { 'x-amz-firehose-common-attributes': attributes },
    });
    const { 'x-customer-id': _customer, ...others } = headers;
    expect((await send({ ...event, headers: others })).status).toBe(200);
    expect(await counted()).toEqual({ 'GET /a': 1 });

    testing = testApp({ environment: { STORAGE: 'aws' } });
    expect((await send({ ...event, headers: others })).status).toBe(400);
  });

  it.each([
    ['{"commonAttributes":{"x-customer-id":"a b"}}', 'must be 1–128 characters of A–Z a–z 0–9 . _ - %'],
    ['{"commonAttributes":{}}', 'is required'],
    ['not JSON', 'is required'],
  ])('names the attribute where it names no customer: %s', async (attributes, reason) => {
    const { headers, ...event } = deliver([combinedLine], {
      headers: { 'x-amz-firehose-common-attributes': attributes },
    });
    const { 'x-customer-id': _customer, ...others } = headers;
    const subject = 'The attribute x-customer-id in the header x-amz-firehose-common-attributes';
    const { status, body } = await sendJson({ ...event, headers: others });
    expect([status, body['errorMessage']]).toEqual([400, `${subject} ${reason}.`]);
  });

  it('sets lines aside that are no requests, since Firehose repeats a refused delivery', async () => {
    expect((await sendJson(deliver([combinedLine, 'other']))).status).toBe(200);
    expect(await counted()).toEqual({ 'GET /a': 1 });
  });

  it.each([
    [
      'records that are not base64',
      '{"records":[{"data":"%"}]}',
      'A record of the request has no data in base64.',
    ],
    [
      'records without data',
      '{"records":[{"Data":"YQ=="}]}',
      'A record of the request has no data in base64.',
    ],
    ['another body', '[]', 'The body is not a request of Amazon Data Firehose in JSON.'],
    [
      'a body without records',
      '{"Records":[]}',
      'The body is not a request of Amazon Data Firehose in JSON.',
    ],
    [
      'records that are null',
      '{"records":null}',
      'The body is not a request of Amazon Data Firehose in JSON.',
    ],
  ])('answers 400 to %s, with the id of the request', async (_, body, errorMessage) => {
    const headers = { 'x-amz-firehose-request-id': 'delivery-1' };
    const { status, body: answered } = await sendJson(httpEvent('POST', '/firehose', { body, headers }));
    expect([status, answered]).toEqual([400, { ...acknowledged, errorMessage }]);
  });

  it('answers 422 where an id was used for other records', async () => {
    await send(deliver([combinedLine]));
    const { status, body } = await sendJson(deliver([combinedLine, combinedLine]));
    expect([status, body]).toMatchObject([422, { requestId: 'delivery-1' }]);
  });
});

describe('POST /logpush', () => {
  it.each([
    ['rfc3339', '2025-12-28T18:03:07Z'],
    ['unix', 1_766_944_987],
    ['unixnano', 1_766_944_987_000_000_000],
  ])('counts requests with timestamps of the format %s', async (_, EdgeStartTimestamp) => {
    const lines = [{ ...cloudflareRequest, EdgeStartTimestamp }, cloudflareRequest];
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    const { status, body: answered } = await sendJson(push(body));
    expect([status, answered]).toMatchObject([200, { entries: 2, windows: 1 }]);
    expect(await counted()).toEqual({ 'GET /a?b=1': 2 });
  });

  it('counts a batch once that is sent again, compressed or not, whatever its headers say', async () => {
    const body = `${JSON.stringify(cloudflareRequest)}\n`;
    const first = await sendJson(push(gzipSync(body), { 'content-encoding': 'gzip' }));
    for (const again of [push(gzipSync(body)), push(body, { 'content-encoding': 'gzip' }), push(body)]) {
      expect(await sendJson(again)).toEqual(first);
    }
    expect(await counted()).toEqual({ 'GET /a?b=1': 1 });
  });

  it('passes the test of a new destination, and stores nothing of it', async () => {
    const test = JSON.stringify({ content: 'tests' });
    for (const sent of [
      push(test),
      push(gzipSync(test)),
      push(gzipSync(`${test}\n`), { 'content-encoding': 'gzip' }),
    ]) {
      expect((await send(sent)).status).toBe(200);
    }
    const stored: string[] = [];
    for await (const key of testing.app.store.list('')) stored.push(key);
    expect(stored).toEqual([]);
  });

  it('reports lines that are no requests', async () => {
    const { body } = await sendJson(
      push(`${JSON.stringify(cloudflareRequest)}\n{"ClientIP":"203.0.113.7"}\n`),
    );
    expect(body).toMatchObject({ entries: 1, rejected: 1, details: [{ index: 1 }] });
    expect(JSON.stringify(body)).not.toContain('203.0.113.7');
  });
});

it('takes the customer of the key, and not of a header, where there are keys', async () => {
  testing = testApp({ environment: { STORAGE: 'aws' } });
  for (const event of [
    postOtlp([combinedLine]),
    deliver([combinedLine]),
    push(JSON.stringify(cloudflareRequest)),
  ]) {
    expect((await send(event)).status).toBe(400);
    expect((await send(authorized(event, 'cus-key', { scopes: 'ingest' }))).status).toBe(200);
    expect((await send(authorized(event, 'cus-key', { scopes: 'read' }))).status).toBe(403);
  }
  const stored: string[] = [];
  for await (const key of testing.app.store.list('batches/')) stored.push(key);
  expect(stored).toHaveLength(3);
  expect(stored.every((key) => key.startsWith('batches/cus-key/'))).toBe(true);
});
