/**
 * The names of an entry's fields in JSON access logs, most likely first. `a.b` is a field `a.b`, or the field
 * `b` of a field `a`. docs/reference/formats.md has the same table, and a test compares them.
 */
export const jsonFields = {
  receivedAt: [
    'receivedAt',
    'StartUTC',
    '@timestamp',
    'timestamp',
    'time_iso8601',
    'time_local',
    'ts',
    'time',
    'msec',
  ],
  method: [
    'method',
    'request_method',
    'RequestMethod',
    'request.method',
    'http.request.method',
    'httpRequest.requestMethod',
    'cs-method',
  ],
  path: [
    'path',
    'request_uri',
    'RequestPath',
    'request.uri',
    'url.original',
    'url.path',
    'httpRequest.requestUrl',
    'cs-uri-stem',
    'uri',
    'url',
  ],
  query: ['query', 'query_string', 'args', 'url.query', 'cs-uri-query'],
  request: ['request', 'request_line'],
  userAgent: [
    'userAgent',
    'user_agent',
    'http_user_agent',
    'request_User-Agent',
    'request.headers.User-Agent',
    'user_agent.original',
    'httpRequest.userAgent',
    'cs(User-Agent)',
    'agent',
  ],
  status: [
    'status',
    'status_code',
    'statusCode',
    'DownstreamStatus',
    'http.response.status_code',
    'httpRequest.status',
    'sc-status',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type JsonField = keyof typeof jsonFields;
