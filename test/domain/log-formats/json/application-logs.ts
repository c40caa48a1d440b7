import type { LoggedRequest } from './logged-request.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;

/** Requests in the logs of applications and collectors. */
export const applicationLogs: readonly LoggedRequest[] = [
  [
    'ASP.NET Core',
    {
      Timestamp: at,
      EventId: 2,
      Message: 'Request finished HTTP/1.1 GET http://a.example/x - 200',
      State: {
        ElapsedMilliseconds: 12.3,
        StatusCode: 200,
        Method: 'GET',
        Host: 'a.example',
        Path: '/x',
        UserAgent: 'curl/8',
      },
    },
    { durationMs: 12, host: 'a.example' },
  ],
  [
    'Semantic Logger',
    {
      timestamp: at,
      level: 'info',
      message: 'Completed #show',
      duration_ms: 12.3,
      payload: {
        controller: 'X',
        action: 'show',
        method: 'GET',
        path: '/x',
        status: 200,
        user_agent: 'curl/8',
      },
    },
    { durationMs: 12 },
  ],
  [
    'fluent-bit, parsed within `log`',
    { '@timestamp': at, log: { method: 'GET', path: '/x', code: '200', agent: 'curl/8' } },
  ],
  [
    'API Gateway, as a function gets it',
    {
      rawPath: '/x',
      requestContext: { http: { method: 'GET', userAgent: 'curl/8' }, timeEpoch: epoch * 1_000 },
      response: { status: 200 },
    },
  ],
  [
    'a program that logs the body of a request first',
    {
      body: { method: 'other', path: '/other' },
      time: at,
      method: 'GET',
      path: '/x',
      status: 200,
      userAgent: 'curl/8',
      responseTimeMS: 12,
    },
    { durationMs: 12 },
  ],
  [
    'pino-http',
    {
      level: 30,
      time: epoch * 1_000,
      req: { id: 1, method: 'GET', url: '/x', headers: { host: 'a.example', 'user-agent': 'curl/8' } },
      res: { statusCode: 200 },
      responseTime: 12,
      msg: 'request completed',
    },
    { durationMs: 12 },
  ],
  [
    'Logstash',
    {
      '@timestamp': '2026-03-04T09:00:00Z',
      timestamp: clf,
      clientip: '192.0.2.7',
      verb: 'GET',
      request: '/x',
      httpversion: '1.1',
      response: '200',
      bytes: '5',
      agent: 'curl/8',
    },
  ],
  [
    'fluent-bit',
    {
      time: at,
      remote: '192.0.2.7',
      host: '-',
      user: '-',
      method: 'GET',
      path: '/x',
      code: '200',
      size: '5',
      agent: 'curl/8',
    },
    { bytes: 5 },
  ],
  [
    'ECS',
    {
      '@timestamp': at,
      http: { request: { method: 'GET' }, response: { status_code: 200, body: { bytes: 512 } } },
      url: { original: '/x', path: '/x' },
      user_agent: { original: 'curl/8', name: 'curl' },
      event: { duration: 12_000_000 },
    },
    { bytes: 512, durationMs: 12 },
  ],
  [
    'ECS with dots',
    {
      '@timestamp': at,
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.path': '/x',
      'user_agent.original': 'curl/8',
    },
  ],
  [
    'OpenTelemetry',
    {
      timestamp: at,
      attributes: {
        'http.method': 'GET',
        'http.target': '/x',
        'http.status_code': 200,
        'http.user_agent': 'curl/8',
      },
    },
  ],
  [
    'logback-access',
    {
      '@timestamp': at,
      requested_uri: '/x',
      method: 'GET',
      status_code: 200,
      user_agent: 'curl/8',
      elapsed_time: 12,
    },
    { durationMs: 12 },
  ],
  [
    'Echo',
    {
      time: at,
      remote_ip: '192.0.2.7',
      host: 'a.example',
      method: 'GET',
      uri: '/x',
      user_agent: 'curl/8',
      status: 200,
      bytes_out: 512,
    },
    { bytes: 512 },
  ],
  [
    'express-winston',
    {
      timestamp: at,
      level: 'info',
      meta: {
        req: { method: 'GET', url: '/x', headers: { 'user-agent': 'curl/8' } },
        res: { statusCode: 200 },
        responseTime: 12,
      },
    },
  ],
];
