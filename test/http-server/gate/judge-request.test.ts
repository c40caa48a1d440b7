import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../handlers/http/error-codes.ts';
import { judgeRequest } from '../../../http-server/gate/judge-request.ts';
import { forbidden, invalid, overloaded, tooLarge, tooSlow } from '../../../http-server/gate/refusal.ts';

const allowedNames = new Set(['pipeline', 'stats.example.com']);

interface Sent {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  /** Headers besides `Host`; a header that is sent twice has two pairs. */
  readonly headers?: readonly (readonly [string, string])[];
}

function statusOf({ method = 'GET', target = '/customers', host = 'localhost:3000', headers = [] }: Sent) {
  const rawHeaders = ['Host', host, ...headers.flat()];
  return judgeRequest({ method, target, rawHeaders }, allowedNames)?.status ?? 'served';
}

describe('the host', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'localhost:65535',
    'localhost:',
    'LocalHost:3000',
    'localhost.:3000',
    '127.0.0.1:3000',
    '127.8.9.10',
    '0.0.0.0:3000',
    '192.168.1.20:3000',
    '[::1]:3000',
    '[::1]',
    '[::ffff:127.0.0.1]:3000',
    '[FE80::1]',
    'pipeline:3000',
    'PIPELINE',
    'stats.example.com',
    'stats.example.com.',
  ])('may be %s', (host) => {
    expect(statusOf({ host })).toBe('served');
  });

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    'evil-localhost',
    'localhost-evil',
    'xlocalhost',
    'sub.localhost',
    'stats.example.com.evil.example',
    'evil.stats.example.com',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    // Browsers write these numbers as four before they send them, so the sender is not a browser.
    '2130706433',
    '0x7f000001',
    '127.1',
    '127.0.0.256',
    'localhost..',
    '-',
    '.',
  ])('is refused with 403 where it is %s', (host) => {
    expect(statusOf({ host })).toBe(403);
  });

  it.each([
    '',
    ':3000',
    'user@localhost',
    'localhost@evil.example',
    'localhost, evil.example',
    'localhost evil.example',
    'localhost/evil',
    'localhost#',
    'localhost?',
    'localhost:abc',
    'localhost:3000:3000',
    'localhost:123456',
    'localhost:65536',
    '[::1]:99999',
    'http://localhost',
    '::1',
    '[::1',
    '[::1]x',
    '[]',
    '[127.0.0.1]',
    '[fe80::1%eth0]:3000',
    '[fe80::1%25eth0]',
    '[v1.x]',
    'local%68ost',
    'löcalhost',
    '\u0000localhost',
    'a'.repeat(256),
  ])('is refused with 400 where it is %j', (host) => {
    expect(statusOf({ host })).toBe(400);
  });

  it('is required, and only one of them is', () => {
    expect(judgeRequest({ method: 'GET', target: '/', rawHeaders: [] }, allowedNames)?.status).toBe(400);
    expect(statusOf({ headers: [['host', 'localhost:3000']] })).toBe(400);
    expect(statusOf({ headers: [['HOST', 'evil.example']] })).toBe(400);
  });

  it.each([
    ['http://localhost:3000/customers', 'served'],
    ['HTTP://LOCALHOST/customers', 'served'],
    ['http://127.0.0.1', 'served'],
    ['http://evil.example/customers', 403],
    ['https://evil.example?x', 403],
    ['ftp://evil.example/', 403],
    ['http://localhost@evil.example/', 400],
    ['http://evil.example@localhost/', 400],
    ['http:///customers', 400],
    ['http:customers', 400],
    ['evil.example:443', 400],
    ['', 400],
    ['*', 400],
    ['/batches/%', 400],
    ['/batches/%zz', 400],
    ['/batches/%ff', 400],
    ['http://localhost/%', 400],
    ['http://localhost:65536/', 400],
    ['/batches/%e2%82%ac', 'served'],
    ['/customers?limit=%', 'served'],
    ['//evil.example/customers', 'served'], // a path like any other
  ])('is also that of the target %s: %s', (target, status) => {
    expect(statusOf({ target })).toBe(status);
  });

  it('of a target does not make up for that of the header', () => {
    expect(statusOf({ target: 'http://localhost/', host: 'evil.example' })).toBe(403);
  });
});

describe('a browser', () => {
  const site = (value: string) => ['Sec-Fetch-Site', value] as const;
  const origin = (value: string) => ['Origin', value] as const;
  const mode = (value: string) => ['Sec-Fetch-Mode', value] as const;
  const destination = (value: string) => ['Sec-Fetch-Dest', value] as const;
  const link = [mode('navigate'), destination('document')];

  it.each([
    ['a file of the dashboard', [site('same-origin'), mode('no-cors'), destination('script')]],
    ['a request of the dashboard', [site('same-origin'), mode('cors'), destination('empty')]],
    ['a request of the dashboard with its origin', [site('same-origin'), origin('http://localhost:3000')]],
    ['an address that was typed', [site('none'), ...link]],
    ['the same host in other letters', [origin('http://LOCALHOST:3000')]],
  ])('may send %s', (_name, headers) => {
    expect(statusOf({ headers })).toBe('served');
  });

  it.each<[string, readonly (readonly [string, string])[]]>([
    ['a request of another site', [site('cross-site'), mode('no-cors'), destination('empty')]],
    ['an image of another site', [site('cross-site'), mode('no-cors'), destination('image')]],
    ['a request of another port of this machine', [site('same-site'), mode('cors'), destination('empty')]],
    ['what is of a kind that is not known yet', [site('nearby-site')]],
    ['two kinds of site', [site('same-origin'), site('cross-site')]],
    ['another origin', [origin('https://evil.example')]],
    ['no origin to speak of', [origin('null')]],
    ['an empty origin', [origin('')]],
    ['the origin of another port', [origin('http://localhost:8080')]],
    ['the origin of another host of this machine', [origin('http://127.0.0.1:3000')]],
    ['an origin with something behind it', [origin('http://localhost:3000.evil.example')]],
    ['an origin with a user in it', [origin('http://localhost:3000@evil.example')]],
    ['an origin that is a path', [origin('http://localhost:3000/')]],
    ['a file', [origin('file://')]],
    ['an extension', [origin('chrome-extension://abcdefghijklmnop')]],
    ['two origins', [origin('http://localhost:3000'), origin('http://evil.example')]],
    ['a foreign origin from the same site', [site('same-origin'), origin('http://evil.example')]],
  ])('is refused with 403 for %s', (_name, headers) => {
    expect(statusOf({ headers })).toBe(403);
    expect(statusOf({ headers, method: 'POST', target: '/logs' })).toBe(403);
    expect(statusOf({ headers, method: 'OPTIONS', target: '/logs' })).toBe(403);
    expect(statusOf({ headers, target: '/' })).toBe(403);
  });

  it('may follow a link to the dashboard from anywhere', () => {
    const headers = [site('cross-site'), ...link];
    expect(statusOf({ headers, target: '/' })).toBe('served');
    expect(statusOf({ headers, target: '/?customer=cus-axon&period=30d' })).toBe('served');
    expect(statusOf({ headers: [site('same-site'), ...link], target: '/?customer=cus-axon' })).toBe('served');
  });

  it.each<[string, Sent]>([
    ['to other routes', { target: '/customers', headers: link }],
    ['to what looks like the dashboard', { target: '//', headers: link }],
    ['by a form', { target: '/', method: 'POST', headers: [origin('null'), ...link] }],
    ['into a frame', { target: '/', headers: [mode('navigate'), destination('iframe')] }],
    ['into an object', { target: '/', headers: [mode('navigate'), destination('object')] }],
    ['by a script that says so', { target: '/', headers: [mode('cors'), destination('document')] }],
    ['in two ways', { target: '/', headers: [...link, mode('cors')] }],
    ['under another name', { target: '/', host: 'evil.example', headers: link }],
  ])('may not come %s', (_name, { headers = [], ...sent }) => {
    expect(statusOf({ ...sent, headers: [site('cross-site'), ...headers] })).toBe(403);
  });

  it.each([
    ['stats.example.com', 'https://stats.example.com', 'served'],
    ['stats.example.com', 'http://stats.example.com', 'served'],
    ['stats.example.com:443', 'https://stats.example.com', 'served'],
    ['stats.example.com', 'https://stats.example.com:8443', 403],
    ['stats.example.com', 'https://pipeline', 403],
    ['[::1]:3000', 'http://[::1]:3000', 'served'],
  ])('at %s has the origin %s: %s, also behind a proxy that ends TLS', (host, value, status) => {
    expect(statusOf({ host, method: 'POST', target: '/logs', headers: [origin(value)] })).toBe(status);
  });
});

describe('headers that are sent twice', () => {
  const names = [
    'x-customer-id',
    'x-scope-orgid',
    'authorization',
    'idempotency-key',
    'x-source',
    'x-invalid-entries',
    'content-type',
    'content-encoding',
    'content-length',
    'x-amz-firehose-request-id',
    'x-amz-firehose-access-key',
    'x-amz-firehose-common-attributes',
  ];

  it.each(names)('are refused with 400 and the code of the route: %s', (name) => {
    const rawHeaders = ['host', 'localhost', name, 'a', name.toUpperCase(), 'a'];
    const codeOf = (method: string, target: string) =>
      judgeRequest({ method, target, rawHeaders }, allowedNames)?.errorCode;
    expect(codeOf('POST', '/logs')).toBe('ING_1000');
    expect(codeOf('POST', '/logs/?invalid=reject')).toBe('ING_1000');
    expect(codeOf('POST', 'http://localhost/logs')).toBe('ING_1000');
    expect(codeOf('GET', '/aggregates')).toBe('QRY_1000');
    expect(codeOf('GET', '/logs')).toBe('QRY_1000');
  });

  it('are served where they mean the same however often they are sent', () => {
    const twice = (header: readonly [string, string]) => statusOf({ headers: [header, header] });
    expect(twice(['accept', 'text/csv'])).toBe('served');
    expect(twice(['x-other', 'x-customer-id'])).toBe('served'); // a value that is the name of another header
  });
});

it('refuses with the codes, statuses and categories of the contract', () => {
  const refusals = [
    invalid(true, ''),
    invalid(false, ''),
    forbidden(''),
    tooLarge(1),
    overloaded(),
    tooSlow(),
  ];
  for (const refusal of refusals) {
    const { status, category } = errorCodes[refusal.errorCode];
    expect(refusal).toMatchObject({ status, errorCategory: category });
  }
});
