import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { sentEntry } from '../../factories.ts';
import { testApp, type TestApp } from '../app.ts';
import { countedPaths } from './counted.ts';
import { send } from './requests.ts';

const create = '{"create":{"_index":"logs"}}';
const document = (path: string): string => JSON.stringify(sentEntry({ path }));
const bulk = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;
const created = { create: { _index: 'logs', result: 'created', status: 201 } };

let testing: TestApp;
beforeEach(() => {
  testing = testApp();
});

describe.each(['POST /_bulk', 'PUT /_bulk', 'POST /{index}/_bulk', 'PUT /{index}/_bulk'])('%s', (route) => {
  it('counts the documents, and answers a result for each in order', async () => {
    const body = bulk('{"index":{"_index":"a","_id":"7"}}', document('/a'), create, document('/b'));

    expect(await send(testing, route, { body })).toEqual({
      status: 200,
      headers: expect.objectContaining({ 'x-elastic-product': 'Elasticsearch' }) as unknown,
      body: {
        took: expect.any(Number) as number,
        errors: false,
        items: [{ index: { _index: 'a', _id: '7', result: 'created', status: 201 } }, created],
      },
    });
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });
});

describe('a bulk request', () => {
  const mixed = bulk(
    create,
    document('/a'),
    create,
    JSON.stringify(sentEntry({ path: '' })),
    '{"delete":{"_index":"logs","_id":"1"}}',
    '{"update":{"_id":"1"}}',
    '{"doc":{}}',
    create,
    document('/b'),
  );
  const parsing = { type: 'document_parsing_exception' };
  const results = [
    created,
    { create: { _index: 'logs', status: 400, error: { ...parsing, reason: 'path must not be empty' } } },
    { delete: { _index: 'logs', _id: '1', status: 400, error: expect.objectContaining(parsing) as unknown } },
    { update: { _id: '1', status: 400, error: expect.objectContaining(parsing) as unknown } },
    created,
  ];

  it('rejects items by themselves, with a reason', async () => {
    const { status, body } = await send(testing, 'POST /_bulk', { body: mixed });

    expect([status, body]).toMatchObject([200, { errors: true, items: results }]);
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });

  it('has the same result for each item when it is sent again, and is counted once', async () => {
    const first = await send(testing, 'POST /_bulk', { body: mixed });
    const again = await send(testing, 'POST /_bulk', {
      body: gzipSync(mixed),
      headers: { 'content-encoding': 'gzip' },
    });

    const itemsOf = ({ body }: { body: unknown }) => (body as { items: unknown }).items;
    expect(itemsOf(again)).toEqual(itemsOf(first));
    expect(await countedPaths(testing)).toEqual({ 'GET /a': 1, 'GET /b': 1 });
  });

  it('has a result for each of many rejected items', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => [
      create,
      n % 2 === 0 ? document('/a') : '{}',
    ]).flat();
    const { body } = await send(testing, 'POST /_bulk', { body: bulk(...lines) });

    const { items } = body as { items: { create: { status: number; error?: { reason: string } } }[] };
    expect(items.map((item) => item.create.status)).toEqual(
      Array.from({ length: 5_000 }, (_, n) => (n % 2 === 0 ? 201 : 400)),
    );
    expect(items.filter(({ create: { error } }) => error?.reason === '')).toEqual([]);
  });

  it('has a result for each item where all are rejected', async () => {
    const { status, body } = await send(testing, 'POST /_bulk', { body: bulk(create, '{}') });

    expect([status, body]).toMatchObject([200, { errors: true, items: [{ create: { status: 400 } }] }]);
  });

  it.each([
    ['without items', ''],
    ['with a document in place of an action', bulk(document('/a'), document('/b'))],
    ['that ends before its last document', create],
  ])('%s is refused as Elasticsearch does', async (_name, body) => {
    expect(await send(testing, 'POST /_bulk', { body })).toMatchObject({
      status: 400,
      headers: { 'x-elastic-product': 'Elasticsearch' },
      body: {
        status: 400,
        error: { type: 'illegal_argument_exception', reason: expect.any(String) as string },
      },
    });
  });

  // rsyslog takes any answer that is JSON for a final one.
  it('is answered 503 as a whole, in text, where it cannot be stored, so that a client repeats all of it', async () => {
    const store = new InMemoryObjectStore();
    store.put = () => Promise.reject(new Unavailable('The disk is gone.'));
    const answer = await send(testApp({ store }), 'POST /_bulk', { body: bulk(create, document('/a')) });

    const headers = { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' };
    expect(answer).toMatchObject({
      status: 503,
      headers,
      body: expect.stringMatching(/^\w.*\.\n$/) as unknown,
    });
  });

  it('names its customer by the user of HTTP Basic where a client cannot send a header', async () => {
    const authorization = `Basic ${Buffer.from('cus-basic:x').toString('base64')}`;
    const event = {
      body: bulk(create, document('/a')),
      headers: { authorization, 'x-customer-id': undefined },
    };
    await send(testing, 'POST /_bulk', event as unknown as { body: string });

    expect([await countedPaths(testing), await countedPaths(testing, 'cus-basic')]).toEqual([
      {},
      { 'GET /a': 1 },
    ]);
  });
});

describe.each([
  ['GET /_license', { license: { status: 'active', type: 'basic' } }],
  ['GET /_xpack', { license: { status: 'active' } }],
  ['GET /_cluster/health', { status: 'green' }],
])('%s', (route, expected) => {
  it('answers what clients look for before they send', async () => {
    expect(await send(testing, route, {})).toMatchObject({
      status: 200,
      headers: { 'x-elastic-product': 'Elasticsearch' },
      body: expected,
    });
  });
});
