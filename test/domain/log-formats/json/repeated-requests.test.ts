import { describe, expect, it } from 'vitest';
import { isRejected, pause } from '../../../../lib/domain/read-entry.ts';
import { readBody } from '../../../../lib/domain/body-format.ts';
import { readOne } from '../read-log.ts';

const time = '2026-03-04T05:06:07Z';
const caddy = { ts: time, request: { method: 'GET', uri: '/x' }, status: 502 };
const net = { '@t': time, Method: 'GET', Path: '/x' };
const chi = { time, httpRequest: { method: 'GET', url: 'http://a.example/x', path: '/x' } };
const audit = { auditID: 'a', requestURI: '/x', verb: 'get', requestReceivedTimestamp: time };

/** The lines of a program for one request, of which only the last is to be counted. */
const requests: [program: string, ...lines: object[]][] = [
  [
    'django-structlog',
    { timestamp: time, event: 'request_started', request: 'GET /x' },
    { timestamp: time, event: 'request_finished', request: 'GET /x', code: 200 },
  ],
  [
    "Kubernetes' audit log",
    { ...audit, stage: 'RequestReceived' },
    { ...audit, stage: 'ResponseStarted', responseStatus: { code: 200 } },
    { ...audit, stage: 'ResponseComplete', responseStatus: { code: 200 } },
  ],
  [
    'Caddy',
    { ...caddy, logger: 'http.handlers.reverse_proxy', msg: 'upstream roundtrip' },
    { ...caddy, logger: 'http.log.error.log0', msg: 'dial tcp: connection refused' },
    { ...caddy, logger: 'http.log.access.log0', msg: 'handled request' },
  ],
  [
    'ASP.NET Core',
    { ...net, '@mt': 'Request starting {Protocol} {Method} {Scheme}://{Host}{Path} - {ContentType}' },
    { ...net, '@mt': 'Request finished {Protocol} {Method} {Scheme}://{Host}{Path}', StatusCode: 200 },
  ],
  [
    "chi's httplog",
    { ...chi, msg: 'Request: GET /x' },
    { ...chi, msg: 'Response: 200 OK', httpResponse: { status: 200 } },
  ],
  [
    'hapi-pino',
    { time, req: { method: 'get', url: '/x' }, msg: 'request start' },
    { time, req: { method: 'get', url: '/x' }, res: { statusCode: 200 }, msg: '[response] get /x 200 (2ms)' },
  ],
  [
    'Envoy',
    { start_time: time, method: 'GET', path: '/x', response_code: 0, access_log_type: 'DownstreamStart' },
    { start_time: time, method: 'GET', path: '/x', response_code: 200, access_log_type: 'DownstreamEnd' },
  ],
];

describe.each(requests)('%s writes several lines for a request, which', (_program, ...lines) => {
  const texts = lines.map((line) => JSON.stringify(line));
  const kinds = [...lines.slice(1).map(() => 'none'), 'entry'];

  it('is one entry of a log', () => {
    expect(texts.map((text) => (typeof readOne(text) === 'object' ? 'entry' : 'none'))).toEqual(kinds);
  });

  it('is one entry of a batch, whatever its form', () => {
    const bodies = [
      ['application/json', `[${texts.join(',')}]`],
      ['application/x-ndjson', texts.join('\n')],
      ['text/plain', texts.join('\n')],
    ] as const;
    for (const [mediaType, body] of bodies) {
      const read = [...readBody(Buffer.from(body), { mediaType })].filter((entry) => entry !== pause);
      expect(read.map((entry) => (entry === undefined || isRejected(entry) ? 'none' : 'entry'))).toEqual(
        kinds,
      );
    }
  });
});

describe('a line that stands alone for its request is counted:', () => {
  it.each([
    ['of Fastify', { time, req: { method: 'GET', url: '/x' }, msg: 'incoming request' }],
    ['of a logger whose name is like one of Caddy', { ...caddy, logger: 'http.server' }],
    ['with a message and a status', { time, method: 'GET', path: '/x', status: 200, msg: 'request started' }],
  ])('%s', (_name, fields) => {
    expect(readOne(JSON.stringify(fields))).toMatchObject({ path: '/x' });
  });

  it('an entry in its own words may have any other field', () => {
    const entry = { receivedAt: time, method: 'GET', path: '/x', event: 'request_started' };
    const [read] = readBody(Buffer.from(JSON.stringify([entry])), { mediaType: 'application/json' });
    expect(read).toMatchObject({ path: '/x' });
  });
});
