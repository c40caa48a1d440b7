import { describe, expect, it } from 'vitest';
import { pageHandler } from '../../handlers/page.ts';
import type { Page } from '../../scripts/bundle-page.ts';
import { httpEvent, testApp } from './app.ts';

const page: Page = {
  html: '<!doctype html><title>Page</title>',
  assets: {
    'main-0123.js': 'run()',
    'styles-4567.css': 'p{}',
    'icon-89ab.svg': '<svg/>',
    'secret.txt': 'no',
  },
};

/** The header of a browser that opens a page. */
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

function get(path: string, headers: Record<string, string> = {}, bundle = async (): Promise<Page> => page) {
  const { app } = testApp();
  const name = /^\/assets\/(.*)$/.exec(path)?.[1];
  const event = {
    ...httpEvent('GET', path, { headers: { ...browser, ...headers } }),
    ...(name && { pathParameters: { name } }),
  };
  return pageHandler(async () => app, bundle)(event);
}

describe('GET /', () => {
  it('answers the document, which a browser asks for anew each time', async () => {
    expect(await get('/')).toMatchObject({
      statusCode: 200,
      body: page.html,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    });
  });

  it.each(['*/*', 'application/json', 'application/vnd.elasticsearch+json; compatible-with=8', ''])(
    'greets a client that accepts %j as Elasticsearch does, and bundles no page',
    async (accept) => {
      const noPage = () => Promise.reject(new Error('It was bundled.'));
      const { statusCode, headers, body = '' } = await get('/', { accept }, noPage);
      expect([statusCode, headers]).toMatchObject([200, { 'x-elastic-product': 'Elasticsearch' }]);
      expect(JSON.parse(body)).toMatchObject({
        version: {
          number: expect.stringMatching(/^8\./) as string,
          // Each of these is required by the library for Java.
          build_date: expect.any(String) as string,
          build_flavor: 'default',
          build_hash: expect.any(String) as string,
          build_snapshot: false,
          build_type: expect.any(String) as string,
          lucene_version: expect.any(String) as string,
          minimum_index_compatibility_version: expect.any(String) as string,
          minimum_wire_compatibility_version: expect.any(String) as string,
        },
        tagline: 'You Know, for Search',
      });
    },
  );

  it('answers 304 to a client that has it', async () => {
    const etag = String((await get('/')).headers?.etag);
    const again = await get('/', { 'if-none-match': etag });
    expect(again).toMatchObject({ statusCode: 304, body: '' });
    expect(again.headers).toHaveProperty('content-security-policy');
    expect(await get('/', { 'if-none-match': '"other"' })).toMatchObject({ statusCode: 200 });
  });

  it('lets the page load and run only what this server sends, and lets no site frame it', async () => {
    const { headers = {} } = await get('/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  it('answers 503 while the page cannot be bundled, and tries again', async () => {
    const { app } = testApp();
    let attempts = 0;
    const handler = pageHandler(
      async () => app,
      async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('no esbuild');
        return page;
      },
    );
    expect(await handler(httpEvent('GET', '/', { headers: browser }))).toMatchObject({ statusCode: 503 });
    expect(await handler(httpEvent('GET', '/', { headers: browser }))).toMatchObject({ statusCode: 200 });
    expect(await handler(httpEvent('GET', '/', { headers: browser }))).toMatchObject({ statusCode: 200 });
    expect(attempts).toBe(2);
  });
});

describe('GET /assets/{name}', () => {
  it.each([
    ['main-0123.js', 'text/javascript; charset=utf-8'],
    ['styles-4567.css', 'text/css; charset=utf-8'],
    ['icon-89ab.svg', 'image/svg+xml; charset=utf-8'],
  ])('answers %s for good', async (name, contentType) => {
    expect(await get(`/assets/${name}`)).toMatchObject({
      statusCode: 200,
      body: page.assets[name],
      headers: {
        'content-type': contentType,
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      },
    });
  });

  it.each(['main-9999.js', 'constructor', '__proto__', '../index.html', 'secret.txt'])(
    'answers 404 to %s',
    async (name) => {
      expect(await get(`/assets/${name}`)).toMatchObject({ statusCode: 404 });
    },
  );
});
