import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { testApp, type TestApp } from '../app.ts';
import { countedPaths } from './counted.ts';
import { line, send } from './requests.ts';

const eventRoutes = [
  'POST /services/collector',
  'POST /services/collector/event',
  'POST /services/collector/event/1.0',
];
const rawRoutes = ['POST /services/collector/raw', 'POST /services/collector/raw/1.0'];
const events = (...all: readonly unknown[]): string => all.map((event) => JSON.stringify({ event })).join('');
const success = { status: 200, body: { text: 'Success', code: 0 } };

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;
const invalidToken = (part: string) => ({
  text: 'Invalid token',
  code: 4,
  errorDescription: `The ${part} in the header authorization names the customer and must be 1–128 characters of A–Z a–z 0–9 . _ - %.`,
});

let testing: TestApp;
beforeEach(() => {
  testing = testApp({ environment: { MAX_BATCH_BYTES: '100000' } });
});

describe.each(eventRoutes)('%s', (route) => {
  it('counts events that are lines or objects, one after the other', async () => {
    const object = { method: 'GET', path: '/b', status: 200, time_iso8601: '2025-12-28T18:03:07Z' };

    expect(await send(testing, route, { body: events(line('/a'), object) })).toMatchObject(success);
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });
});

describe.each(rawRoutes)('%s', (route) => {
  it('counts lines', async () => {
    expect(await send(testing, route, { body: `${line('/a')}\n${line('/b')}\n` })).toMatchObject(success);
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });
});

describe('POST /services/collector/event', () => {
  const [, route = ''] = eventRoutes;

  it('answers success to what was sent before, compressed or not, which is counted once', async () => {
    const body = events(line('/a'), 'disk is full');
    const gzipped = { body: gzipSync(body), headers: { 'content-encoding': 'gzip' } };

    expect(await send(testing, route, { body })).toMatchObject(success);
    expect(await send(testing, route, gzipped)).toMatchObject(success);
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1 });
  });

  it.each([
    ['no data', '', 400, { text: 'No data', code: 5 }],
    ['an event that is not JSON', `${events('a')}x`, 400, { code: 6, 'invalid-event-number': 1 }],
    ['a body that is too large', events('x'.repeat(100_001)), 413, { code: 27 }],
  ])('answers %s with the number of Splunk’s error', async (_name, body, status, expected) => {
    expect(await send(testing, route, { body })).toMatchObject({ status, body: expected });
    expect(await countedPaths(testing)).toEqual({});
  });

  it('answers 503 with code 9 where it cannot be stored, so that a sender repeats it', async () => {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(new Unavailable('The disk is gone.'));

    expect(await send(testApp({ store }), route, { body: events(line('/a')) })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { text: 'Server is busy', code: 9 },
    });
  });

  it.each([
    ['the token names it', 'Splunk cus-token', { 'GET /a': 1 }, 200, { code: 0 }],
    ['the token is the password of HTTP Basic', basic('x:cus-token'), { 'GET /a': 1 }, 200, { code: 0 }],
    ['only the user of HTTP Basic names it', basic('cus-token:'), { 'GET /a': 1 }, 200, { code: 0 }],
    ['nothing names it', undefined, {}, 400, { code: 2 }],
    ['the token is not a customer id', 'Splunk a/b', {}, 400, invalidToken('token')],
    ['the user is not a customer id', basic('a b:'), {}, 400, invalidToken('user')],
    ['the password is not a customer id', basic('cus-token:a:b'), {}, 400, invalidToken('password')],
  ])(
    'has a customer, or a reason why not, where %s',
    async (_name, authorization, expected, status, body) => {
      const headers = { 'x-customer-id': undefined, ...(authorization && { authorization }) };
      const answer = await send(testing, route, {
        body: events(line('/a')),
        headers: headers as unknown as Record<string, string>,
      });

      expect(answer).toMatchObject({ status, body });
      expect(await countedPaths(testing, 'cus-token')).toEqual(expected);
    },
  );
});

describe.each(['GET /services/collector/health', 'GET /services/collector/health/1.0'])('%s', (route) => {
  it('says that the collector is healthy while the store can be written', async () => {
    expect(await send(testing, route, {})).toMatchObject({
      status: 200,
      body: { text: 'HEC is healthy', code: 17 },
    });
  });
});
