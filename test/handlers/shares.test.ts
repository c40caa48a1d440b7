import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { batchHandler } from '../../handlers/batch.ts';
import { customersHandler } from '../../handlers/customers.ts';
import { healthHandler } from '../../handlers/health.ts';
import { requireScope } from '../../handlers/http/caller.ts';
import type { Route } from '../../handlers/http/route.ts';
import { routes } from '../../handlers/http/routes.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { metricsHandler } from '../../handlers/metrics.ts';
import { openApiHandler } from '../../handlers/openapi.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { protocolsHandler } from '../../handlers/protocols.ts';
import { queryHandler } from '../../handlers/query.ts';
import { readAlertsHandler } from '../../handlers/read-alerts.ts';
import { sharesHandler } from '../../handlers/shares.ts';
import { totalHandler } from '../../handlers/total.ts';
import type { App } from '../../handlers/wiring.ts';
import { hashOfApiKey } from '../../lib/domain/api-key.ts';
import { isMadeWith, parseShareToken } from '../../lib/domain/share-token.ts';
import { isSignedUnder } from '../../lib/domain/signed-text.ts';
import { LinkOnlyReads, Unavailable } from '../../lib/errors.ts';
import { installationSecret, newApiKey, newOldApiKey } from '../api-keys.ts';
import { sentEntry } from '../factories.ts';
import { shareToken, tamperedTokens, tokenParts } from '../share-links.ts';
import { authorized, countAll, httpEvent, postLogs, testApp } from './app.ts';

const madeSchema = z.strictObject({ token: z.string(), customerId: z.string(), expiresAt: z.string() });
const { secret } = installationSecret();

function make(body?: string, headers: Record<string, string> = {}): APIGatewayProxyEventV2 {
  return httpEvent('POST', '/shares', { headers, ...(body === undefined ? {} : { body }) });
}

async function answer(
  handler: typeof sharesHandler,
  app: App,
  event: APIGatewayProxyEventV2,
): Promise<{ status: number | undefined; headers: unknown; body: unknown }> {
  const { statusCode, headers, body = '' } = await handler(async () => app)(event);
  return { status: statusCode, headers, body: JSON.parse(body) };
}

describe('POST /shares on a laptop', () => {
  it('makes a token of the customer in the header, for seven days unless the body says otherwise', async () => {
    const { app } = testApp();
    const { status, headers, body } = await answer(sharesHandler, app, make());
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    const made = madeSchema.parse(body);
    expect(made).toMatchObject({ customerId: 'cus-axon', expiresAt: '2026-01-04T18:04:00.000Z' });
    expect(parseShareToken(made.token)).toMatchObject({ customerId: 'cus-axon', keyId: undefined });
    expect(isSignedUnder(made.token, [secret])).toBe(true);
  });

  it('lives for whole seconds', async () => {
    const { app } = testApp({ now: '2025-12-28T18:04:00.999Z' });
    const { body } = await answer(sharesHandler, app, make('{"expiresInSeconds":60}'));
    const { token, expiresAt } = madeSchema.parse(body);
    expect(expiresAt).toBe('2025-12-28T18:05:00.000Z');
    expect(parseShareToken(token)?.expiresAt.toISOString()).toBe(expiresAt);
  });

  it.each(['', ' \n', '{}', '{"expiresInSeconds":60}', '{"expiresInSeconds":7776000}'])(
    'takes the body %j',
    async (body) => {
      expect((await answer(sharesHandler, testApp().app, make(body))).status).toBe(201);
    },
  );

  it.each([
    '{"expiresInSeconds":59}',
    '{"expiresInSeconds":7776001}',
    '{"expiresInSeconds":3600.5}',
    '{"expiresInSeconds":"3600"}',
    '{"expiresInSeconds":null}',
    '{"expiresIn":3600}',
    '{"expiresInSeconds":3600,"customerId":"cus-other"}',
    '[]',
    'null',
    '3600',
    '{',
  ])('refuses the body %j', async (body) => {
    expect(await answer(sharesHandler, testApp().app, make(body))).toMatchObject({
      status: 400,
      body: { errorCode: 'QRY_1000', details: [{ field: 'expiresInSeconds' }] },
    });
  });

  it('needs a customer', async () => {
    const { status, body } = await answer(sharesHandler, testApp().app, make('', { 'x-customer-id': '..' }));
    expect([status, body]).toMatchObject([400, { errorCode: 'QRY_1000' }]);
  });

  it('says so where the operator has set no secret', async () => {
    const { app } = testApp({ parts: { linkSecrets: [] } });
    const { status, body } = await answer(sharesHandler, app, make());
    expect([status, body]).toMatchObject([403, { errorCode: 'API_1012' }]);
    expect(JSON.stringify(body)).toContain('SHARE_LINK_SECRET');
  });

  it('logs no token, not even in detail', async () => {
    const { app, logLines } = testApp({ environment: { LOG_LEVEL: 'debug' } });
    const { body } = await answer(sharesHandler, app, make());
    const { token } = madeSchema.parse(body);
    await answer(totalHandler, app, httpEvent('GET', '/aggregates/total', { headers: bearer(token) }));
    await answer(totalHandler, app, httpEvent('GET', '/aggregates/total', { headers: bearer(`${token}x`) }));
    expect(logLines).toHaveLength(3);
    expect(logLines.join('')).not.toContain('las_');
  });
});

describe('POST /shares with an API key', () => {
  const key = newApiKey();
  const deployed = { environment: { STORAGE: 'aws' }, parts: { linkSecrets: [] } };
  const withKey = (presented: string, scopes: string, body = '') =>
    authorized(make(body, bearer(presented)), 'cus-key', { scopes, keyId: key.id });
  const newest = async () => [installationSecret(2).secret, secret];

  it('makes a token of the key’s customer, which the newest secret and the key sign', async () => {
    const handler = sharesHandler(async () => testApp(deployed).app, newest);
    const { statusCode, body = '' } = await handler(withKey(key.text, 'read'));
    expect(statusCode).toBe(201);
    const { token, customerId } = madeSchema.parse(JSON.parse(body));
    expect(customerId).toBe('cus-key');
    const parsed = parseShareToken(token) ?? expect.fail('not a token');
    expect(parsed).toMatchObject({ customerId: 'cus-key', keyId: key.id });
    expect(isMadeWith(parsed, hashOfApiKey(key.text))).toBe(true);
    expect(isSignedUnder(token, [installationSecret(2).secret])).toBe(true);
  });

  it.each(['ingest', 'operate', ''])('needs the scope to read, not %j', async (scopes) => {
    const handler = sharesHandler(async () => testApp(deployed).app, newest);
    const { statusCode, body = '' } = await handler(withKey(key.text, scopes));
    expect([statusCode, JSON.parse(body)]).toMatchObject([403, { errorCode: 'API_1006' }]);
  });

  it('is refused to a key of the old form, which no link could name', async () => {
    const handler = sharesHandler(async () => testApp(deployed).app, newest);
    const { statusCode, body = '' } = await handler(withKey(newOldApiKey(), 'ingest read'));
    expect([statusCode, JSON.parse(body)]).toMatchObject([403, { errorCode: 'API_1012' }]);
  });

  it('answers 503 while the secrets cannot be read', async () => {
    const fails = async () => Promise.reject(new Unavailable('Parameter Store does not answer.'));
    const handler = sharesHandler(async () => testApp(deployed).app, fails);
    expect((await handler(withKey(key.text, 'read'))).statusCode).toBe(503);
  });

  it('is refused to a link, whatever the authorizer says of its scopes', async () => {
    const link = shareToken({ key });
    const sharedUntil = link.expiresAt.toISOString();
    const handler = sharesHandler(async () => testApp(deployed).app, newest);
    const asked = authorized(make('', bearer(link.text)), 'cus-axon', { scopes: 'ingest read operate' });
    const { statusCode, body = '' } = await handler(asked);
    expect([statusCode, JSON.parse(body)]).toMatchObject([403, { errorCode: 'API_1012' }]);
    const marked = await handler(authorized(make(), 'cus-axon', { scopes: 'read', sharedUntil }));
    expect([marked.statusCode, JSON.parse(marked.body ?? '')]).toMatchObject([
      403,
      { errorCode: 'API_1006' },
    ]);
  });
});

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

const readers = {
  'GET /aggregates': queryHandler,
  'GET /aggregates/total': totalHandler,
  'GET /aggregates/paths': pathsHandler,
  'GET /batches/{batchId}': batchHandler,
  'GET /customers': customersHandler,
  'GET /alerts': readAlertsHandler,
};
const others = {
  'POST /logs': ingestHandler,
  'POST /logpush': protocolsHandler,
  'POST /_bulk': protocolsHandler,
  'GET /_license': protocolsHandler,
  'POST /shares': sharesHandler,
  'GET /openapi.json': openApiHandler,
  'GET /metrics': metricsHandler,
};

/** Makes a request of a route, with a body that the route takes where it takes one. */
function request(route: string, headers: Record<string, string>): APIGatewayProxyEventV2 {
  const [method = '', path = ''] = route.split(' ');
  if (method !== 'POST')
    return { ...httpEvent(method, path, { headers }), pathParameters: { batchId: 'key' } };
  const body = route === 'POST /shares' ? '' : JSON.stringify([sentEntry()]);
  return httpEvent(method, path, { headers: { 'content-type': 'application/json', ...headers }, body });
}

describe('a request with a share link, on a laptop', () => {
  async function withCounts() {
    const testing = testApp();
    for (const [customerId, path] of [
      ['cus-axon', '/own'],
      ['cus-other', '/other'],
    ] as const) {
      const post = postLogs([sentEntry({ path })], { 'x-customer-id': customerId, 'idempotency-key': 'key' });
      await ingestHandler(async () => testing.app)(post);
    }
    await countAll(testing);
    return testing.app;
  }
  const link = shareToken();
  const range = { from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };

  it.each(['Bearer', 'Share'])(
    'reads the counts of its customer alone, whatever the header says: %s',
    async (scheme) => {
      const app = await withCounts();
      const headers = { authorization: `${scheme} ${link.text}`, 'x-customer-id': 'cus-other' };
      for (const [path, handler] of [
        ['/aggregates', queryHandler],
        ['/aggregates/total', totalHandler],
      ] as const) {
        const { status, body } = await answer(
          handler,
          app,
          httpEvent('GET', path, { headers, query: range }),
        );
        expect(status).toBe(200);
        expect(body).toMatchObject({ customerId: 'cus-axon' });
        expect(JSON.stringify(body)).toContain('/own');
        expect(JSON.stringify(body)).not.toContain('other');
      }
    },
  );

  it('sees no other customer in the list, with totals or without', async () => {
    const app = await withCounts();
    const list = async (query: Record<string, string>) =>
      answer(customersHandler, app, httpEvent('GET', '/customers', { headers: bearer(link.text), query }));
    expect(await list({})).toMatchObject({ status: 200, body: { customers: ['cus-axon'] } });
    const { status, body } = await list({ ...range, sort: 'requests' });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain('cus-other');
  });

  it.each(Object.entries(readers))('is taken by %s', async (route, handler) => {
    const { status } = await answer(handler, await withCounts(), request(route, bearer(link.text)));
    expect(status).toBe(200);
  });

  it('reads by HEAD as by GET, as the emulator passes it', async () => {
    const event = httpEvent('HEAD', '/aggregates', { headers: bearer(link.text) });
    expect((await answer(queryHandler, await withCounts(), event)).status).toBe(200);
  });

  it('is not looked at where no key is needed, as behind an authorizer', async () => {
    const event = httpEvent('GET', '/health', { headers: bearer('las_') });
    expect((await answer(healthHandler, testApp().app, event)).status).toBe(200);
  });

  it.each(Object.entries(others))('is refused by %s, and nothing happens', async (route, handler) => {
    const { app, insights } = testApp();
    expect(await answer(handler, app, request(route, bearer(link.text)))).toMatchObject({ status: 403 });
    expect(insights.drain()).toEqual([]);
    for await (const key of app.store.list('')) expect.fail(`${key} was stored`);
  });

  it.each(Object.entries({ ...readers, 'POST /shares': sharesHandler }))(
    'is refused by %s once it has expired',
    async (route, handler) => {
      const { app } = testApp({ now: '2025-12-29T18:00:00Z' });
      const { status, body } = await answer(handler, app, request(route, bearer(link.text)));
      expect([status, body]).toMatchObject([403, { errorCode: 'API_1011' }]);
      expect(JSON.stringify(body)).toContain('This share link has expired.');
    },
  );

  it.each(tokenParts)('is refused with another %s', async (part) => {
    const { app } = testApp();
    const tampered = tamperedTokens(link.text, part);
    // Another prefix makes it no token at all, but the scheme still says that it should be one.
    const scheme = part === 'prefix' ? 'Share' : 'Bearer';
    for (const text of tampered) {
      const headers = { authorization: `${scheme} ${text}` };
      const { status, body } = await answer(totalHandler, app, request('GET /aggregates/total', headers));
      expect([text, status, body]).toMatchObject([text, 403, { errorCode: 'API_1011' }]);
    }
  });

  it.each([
    ['a secret that was dropped', shareToken({ secret: installationSecret(2).secret }).text],
    ['an API key of another form', shareToken({ key: newApiKey() }).text],
    ['nobody', 'las_'],
  ])('is refused where it was made by %s', async (_, text) => {
    const { status, body } = await answer(
      totalHandler,
      testApp().app,
      request('GET /aggregates/total', bearer(text)),
    );
    expect([status, body]).toMatchObject([403, { errorCode: 'API_1011' }]);
  });

  it('is accepted under the older of two secrets', async () => {
    const { app } = testApp({ parts: { linkSecrets: [installationSecret(2).secret, secret] } });
    const { status } = await answer(totalHandler, app, request('GET /aggregates/total', bearer(link.text)));
    expect(status).toBe(200);
  });
});

describe('a share link', () => {
  it('reaches these routes of those that need a key, and no others', () => {
    const now = new Date('2025-12-28T18:04:00Z');
    const sharedUntil = new Date(now.getTime() + 1);
    const caller = { customer: 'cus-axon', scopes: ['read'] as const, sharedUntil, isUnknown: false };
    const isReached = ({ method, scopes }: Route) => {
      try {
        requireScope(caller, { method, oneOf: scopes, now });
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(LinkOnlyReads);
        return false;
      }
    };
    const table: readonly Route[] = Object.values(routes);
    const needKeys = table.filter(({ scopes }) => scopes !== undefined);
    expect(needKeys.filter(isReached).map(({ name }) => name)).toEqual([
      'GET /batches/{batchId}',
      'GET /aggregates',
      'GET /aggregates/total',
      'GET /aggregates/paths',
      'GET /customers',
      'GET /alerts',
    ]);
  });
});

describe('a function behind the authorizer, asked with a share link', () => {
  const deployed = { environment: { STORAGE: 'aws' } };
  const asked = (route: string, sharedUntil: string) =>
    authorized(request(route, bearer(shareToken({ key: newApiKey() }).text)), 'cus-axon', {
      scopes: 'read',
      sharedUntil,
    });

  it.each(Object.entries(others))('refuses it at %s', async (route, handler) => {
    const { app } = testApp(deployed);
    const { status } = await answer(handler, app, asked(route, '2025-12-29T18:00:00.000Z'));
    expect(status).toBe(403);
  });

  it.each(Object.entries(readers))(
    'ends it at its instant at %s, although the gateway remembers the authorizer’s answer',
    async (route, handler) => {
      const { app } = testApp({ ...deployed, now: '2025-12-28T18:04:00Z' });
      const at = async (sharedUntil: string) => answer(handler, app, asked(route, sharedUntil));
      expect((await at('2025-12-28T18:04:00.001Z')).status).not.toBe(403);
      expect(await at('2025-12-28T18:04:00.000Z')).toMatchObject({
        status: 403,
        body: { errorCode: 'API_1011' },
      });
    },
  );

  it('does not look at the token itself where the authorizer named a key', async () => {
    const { app } = testApp(deployed);
    const event = authorized(request('GET /aggregates/total', {}), 'cus-axon', { scopes: 'read' });
    expect((await answer(totalHandler, app, event)).status).toBe(200);
    expect((await healthHandler(async () => app)(httpEvent('GET', '/health'))).statusCode).toBe(200);
  });
});
