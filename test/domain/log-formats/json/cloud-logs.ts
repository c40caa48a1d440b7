import type { LoggedRequest } from './logged-request.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;

/** Requests in the logs of cloud services. */
export const cloudLogs: readonly LoggedRequest[] = [
  [
    'Cloudflare',
    {
      ClientIP: '192.0.2.7',
      ClientRequestHost: 'a.example',
      ClientRequestMethod: 'GET',
      ClientRequestURI: '/x',
      ClientRequestUserAgent: 'curl/8',
      EdgeResponseBytes: 512,
      EdgeResponseStatus: 200,
      EdgeStartTimestamp: epoch * 1e9,
      EdgeEndTimestamp: 1,
    },
    { bytes: 512, host: 'a.example', clientIp: '192.0.2.7' },
  ],
  [
    'API Gateway',
    {
      requestId: '1',
      ip: '192.0.2.7',
      requestTime: clf,
      httpMethod: 'GET',
      routeKey: 'GET /{proxy+}',
      resourcePath: '/{proxy+}',
      path: '/x',
      status: '200',
      responseLength: '5',
      userAgent: 'curl/8',
    },
  ],
  [
    'Azure',
    {
      category: 'ApplicationGatewayAccessLog',
      time: at,
      properties: {
        clientIP: '192.0.2.7',
        httpMethod: 'GET',
        requestUri: '/x',
        requestQuery: '',
        userAgent: 'curl/8',
        httpStatus: 200,
        sentBytes: 512,
      },
    },
    { bytes: 512 },
  ],
  [
    'Google Cloud',
    {
      httpRequest: {
        latency: '0.012s',
        requestMethod: 'GET',
        requestUrl: 'https://a.example/x',
        responseSize: '512',
        status: 200,
        userAgent: 'curl/8',
      },
      timestamp: at,
      receiveTimestamp: '2026-03-04T09:00:00Z',
    },
    { bytes: 512, durationMs: 12, host: 'a.example' },
  ],
  [
    'AWS WAF, headers as a list',
    {
      timestamp: epoch * 1_000,
      httpRequest: {
        uri: '/x',
        httpMethod: 'GET',
        headers: [
          { name: 'Host', value: 'a.example' },
          { name: 'User-Agent', value: 'curl/8' },
        ],
      },
      status: 200,
    },
  ],
  [
    'Fastly',
    {
      timestamp: at,
      client_ip: '192.0.2.7',
      host: 'a.example',
      url: '/x',
      request_method: 'GET',
      request_user_agent: 'curl/8',
      response_status: 200,
      response_body_size: 512,
    },
    { bytes: 512, host: 'a.example' },
  ],
  [
    'CloudFront',
    {
      date: '2026-03-04',
      time: '05:06:07',
      'cs-method': 'GET',
      'cs-uri-stem': '/x',
      'cs-uri-query': '-',
      'sc-status': '200',
      'cs(User-Agent)': 'curl/8',
    },
  ],
  [
    'Vercel',
    {
      timestamp: epoch * 1_000,
      proxy: {
        timestamp: epoch * 1_000,
        method: 'GET',
        path: '/x',
        statusCode: 200,
        userAgent: ['curl/8'],
        host: 'a.example',
      },
    },
  ],
];
