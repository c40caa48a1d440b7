import { createHash } from 'node:crypto';
import { NoSuchRoute } from '../lib/errors.ts';
import { bundlePage, type Page } from '../scripts/bundle-page.ts';
import { matchesEtag } from './http/etag.ts';
import { httpHandler, type HttpHandler, type HttpRequest } from './http/http.ts';
import type { Answer } from './http/respond.ts';
import { routes } from './http/routes.ts';
import { greeting } from './protocols/elasticsearch/handshake.ts';
import { wired, type App } from './wiring.ts';

/**
 * The page may run its own files and contact its own origin, and nothing else: the text of a path or an agent stays text.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

const mediaTypes: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

/** `GET /`: returns the dashboard, or Elasticsearch's greeting; `GET /assets/{name}`: returns the files of which it consists. */
export function pageHandler(wired: () => Promise<App>, bundle: () => Promise<Page>): HttpHandler {
  let page: Promise<Page> | undefined;
  const bundled = () => {
    page ??= bundle().catch((error: unknown) => {
      page = undefined; // so that the next request tries again
      throw error;
    });
    return page;
  };

  return httpHandler(wired, routes.readPage, async (request) => {
    const { name } = request.pathParameters;
    if (name === undefined && !acceptsPages(request)) return greeting();
    const { html, assets } = await bundled();
    return name === undefined ? answerDocument(html, request) : answerAsset(name, assets);
  });
}

export const handler = pageHandler(wired, bundlePage);

/** Every browser names this type; programs that take us for Elasticsearch do not, and are greeted as they expect. */
function acceptsPages({ headers }: HttpRequest): boolean {
  return /\btext\/html\b/i.test(headers['accept'] ?? '');
}

/** Browsers ask for it each time, so that they see a new version at once. */
function answerDocument(html: string, { headers }: HttpRequest): Answer {
  const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
  const answered = { ...securityHeaders, etag, 'cache-control': 'no-cache', vary: 'accept' };
  if (matchesEtag(headers['if-none-match'], etag)) return { status: 304, headers: answered, body: '' };
  return { status: 200, headers: { ...answered, 'content-type': 'text/html; charset=utf-8' }, body: html };
}

/** The name changes with the content, so browsers never need to ask again. */
function answerAsset(name: string, assets: Page['assets']): Answer {
  const body = Object.hasOwn(assets, name) ? assets[name] : undefined;
  const mediaType = mediaTypes[name.slice(name.lastIndexOf('.') + 1)];
  if (body === undefined || mediaType === undefined) throw new NoSuchRoute('There is nothing at this path.');
  const headers = {
    ...securityHeaders,
    'content-type': mediaType,
    'cache-control': 'public, max-age=31536000, immutable',
  };
  return { status: 200, headers, body };
}
