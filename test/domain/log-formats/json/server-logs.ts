import type { LoggedRequest } from './logged-request.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;

/** Requests in the logs of servers and proxies. */
export const serverLogs: readonly LoggedRequest[] = [
  [
    'Istio',
    {
      authority: 'a.example',
      bytes_sent: 770,
      duration: 26,
      method: 'GET',
      path: '/x',
      response_code: 200,
      start_time: at,
      user_agent: 'curl/8',
    },
    { bytes: 770, durationMs: 26, host: 'a.example' },
  ],
  [
    'Envoy',
    {
      start_time: at,
      response_code: '200',
      ':method': 'GET',
      'x-envoy-original-path': '-',
      path: '/x',
      user_agent: 'curl/8',
      method: 'GET',
    },
  ],
  ['older Istio', { method: 'GET', url: '/x', responseCode: 200, time: at, userAgent: 'curl/8' }],
  [
    'Kong',
    {
      started_at: epoch * 1_000,
      request: {
        method: 'GET',
        uri: '/x',
        url: 'http://a.example:8000/x',
        headers: { 'user-agent': 'curl/8', host: 'a.example' },
      },
      response: { status: 200, size: '434' },
      latencies: { request: 12, proxy: 10 },
    },
    { bytes: 434, durationMs: 12, host: 'a.example' },
  ],
  [
    'Traefik',
    {
      StartUTC: at,
      RequestMethod: 'GET',
      RequestPath: '/x',
      DownstreamStatus: 200,
      'request_User-Agent': 'curl/8',
      Duration: 12_000_000,
      DownstreamContentSize: 5,
      RequestHost: 'a.example',
    },
    { durationMs: 12 },
  ],
  [
    'Caddy',
    {
      level: 'info',
      ts: epoch + 0.25,
      request: { method: 'GET', host: 'a.example', uri: '/x', headers: { 'User-Agent': ['curl/8'] } },
      size: 512,
      duration: 0.012,
      status: 200,
    },
    { bytes: 512, durationMs: 12 },
  ],
  ['HAProxy', { time: clf, http_status: 200, http_request: 'GET /x HTTP/1.1', user_agent: 'curl/8' }],
  [
    'nginx',
    {
      time_iso8601: at,
      request: 'GET /x HTTP/1.1',
      status: '200',
      http_user_agent: 'curl/8',
      body_bytes_sent: '512',
      request_time: '0.012',
    },
    { bytes: 512, durationMs: 12 },
  ],
];
