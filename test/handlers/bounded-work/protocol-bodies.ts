import { combined } from './set-aside-bodies.ts';
import {
  filled,
  invented,
  largestBatch,
  most,
  mostEntries,
  nanoseconds as time,
  scrambled,
  text,
  type Bodies,
} from './filled.ts';
import { lokiJson, lokiLabels, lokiProtobuf } from './loki-bodies.ts';
import { bytesField, fixed64Field, message, numberField, repeated } from './protobuf-message.ts';

/** A request in the protocol of another program. */
export interface ProtocolBody {
  readonly name: string;
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly make: () => string | Buffer;
}

const inLines = ['', '\n', '\n'] as const;
const record = (fields: object) => JSON.stringify({ timeUnixNano: time, ...fields });
const pair = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const request = (n: number) => [
  pair('http.request.method', 'GET'),
  pair('url.path', `/${scrambled(n)}`),
  pair('http.response.status_code', '200'),
];
const inRecords = ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[', ',', ']}]}]}'] as const;

const otlpJson: Bodies = {
  'log records': [200, () => most((n) => record({ attributes: request(n) }), inRecords)],
  'lines of an access log': [
    200,
    () => most((n) => record({ body: { stringValue: combined(n) } }), inRecords),
  ],
  'empty records': [200, () => most(() => '{}', inRecords)],
  'records with invented attributes': [
    200,
    () =>
      most(
        (n) =>
          record({
            attributes: [
              ...request(n),
              ...Array.from({ length: 500 }, (_, k) => pair(scrambled(n * 500 + k), '')),
            ],
          }),
        inRecords,
      ),
  ],
  'records with invented names': [
    200,
    () => filled((n) => record({ body: 0 }).replace('0}', `{${invented(200, n)}}}`), inRecords),
  ],
  'resources without records': [200, () => filled(() => '{}', ['{"resourceLogs":[', ',', ']}'])],
  'invented names of a resource': [
    200,
    () => filled((n) => `"${scrambled(n)}":0`, ['{"resourceLogs":[{', ',', '}]}']),
  ],
  'lines that are nearly requests': [
    200,
    () => most((n) => record({ body: { stringValue: `GET /${scrambled(n)} HTTP/1.1 method=` } }), inRecords),
  ],
  'objects that are no requests': [
    200,
    () =>
      most(
        (n) =>
          record({ body: { kvlistValue: { values: [pair('message', `GET /${scrambled(n)} HTTP/1.1`)] } } }),
        inRecords,
      ),
  ],
};

const value = (stringValue: string) => bytesField(1, stringValue);
const attribute = (key: string, stringValue: string) =>
  bytesField(6, message(bytesField(1, key), bytesField(2, value(stringValue))));
const otlpRecord = (...fields: readonly Buffer[]) =>
  bytesField(2, message(fixed64Field(1, BigInt(time)), ...fields));
const inRequest = (records: Buffer) => bytesField(1, bytesField(2, records));
const records = (make: (n: number) => Buffer) => {
  const all: Buffer[] = [];
  for (let n = 0, bytes = 0; n < mostEntries; n++) {
    const one = make(n);
    bytes += one.length;
    if (bytes > largestBatch - 100) break;
    all.push(one);
  }
  return inRequest(Buffer.concat(all));
};

const otlpProtobuf: Bodies = {
  'log records': [
    200,
    () =>
      records((n) =>
        otlpRecord(
          attribute('http.request.method', 'GET'),
          attribute('url.path', `/${scrambled(n)}`),
          attribute('http.response.status_code', '200'),
        ),
      ),
  ],
  'lines of an access log': [200, () => records((n) => otlpRecord(bytesField(5, value(combined(n)))))],
  'empty resources': [200, () => repeated(bytesField(1, ''))],
  'empty scopes': [200, () => bytesField(1, repeated(bytesField(2, '')))],
  'records with invented attributes': [
    200,
    () =>
      records((n) =>
        otlpRecord(...Array.from({ length: 500 }, (_, k) => attribute(scrambled(n * 500 + k), ''))),
      ),
  ],
  'records with one attribute over and over': [
    200,
    () => records(() => otlpRecord(repeated(attribute('a', ''), 65_000))),
  ],
  'values that are given over and over': [
    200,
    () => records(() => otlpRecord(bytesField(5, repeated(bytesField(1, ''), 65_000)))),
  ],
  'names that are given over and over': [
    200,
    () => records(() => otlpRecord(bytesField(6, repeated(bytesField(1, ''), 65_000)))),
  ],
  'deep lists': [
    200,
    () =>
      records(() =>
        otlpRecord(bytesField(5, bytesField(5, repeated(bytesField(1, bytesField(5, '')), 65_000)))),
      ),
  ],
  'unknown fields': [200, () => repeated(numberField(15, 1))],
};

const action = '{"index":{}}';
const bulk: Bodies = {
  documents: [200, () => most((n) => `${action}\n${text({ path: `/${scrambled(n)}` })}`, inLines)],
  'lines of an access log': [200, () => most((n) => `${action}\n${combined(n)}`, inLines)],
  'another action each': [200, () => most((n) => `{"create":{"_id":"${scrambled(n)}"}}\n{}`, inLines)],
  'actions with invented names': [200, () => filled((n) => `{"index":{${invented(4_000, n)}}}\n{}`, inLines)],
  'documents with invented names': [200, () => filled((n) => `${action}\n{${invented(200, n)}}`, inLines)],
  'documents with invented names in a name': [
    200,
    () => filled((n) => `${action}\n{"a":{${invented(200, n)}},"a":0}`, inLines),
  ],
  deletions: [200, () => most((n) => `{"delete":{"_id":"${n}"}}`, inLines)],
  'blank lines': [400, () => '\n'.repeat(largestBatch)],
  'a blank line': [400, () => ' '.repeat(largestBatch)],
  'documents of brackets': [
    200,
    () => filled(() => `${action}\n{"a":${'['.repeat(120_000)}${']'.repeat(120_000)}}`, inLines),
  ],
};

const splunk: Bodies = {
  'lines of an access log': [200, () => most((n) => JSON.stringify({ event: combined(n) }), inLines)],
  'events with invented names': [200, () => filled((n) => `{"event":{${invented(200, n)}}}`, inLines)],
  'fields of events that are not requests': [
    200,
    () =>
      most((n) => `{"event":"${scrambled(n)}","fields":{"method":"GET","path":"/x","status":"x"}}`, inLines),
  ],
  'fields that describe requests': [
    200,
    () =>
      most(
        (n) =>
          `{"time":1766945040,"event":"x","fields":{"method":"GET","path":"/${scrambled(n)}","status":200}}`,
        inLines,
      ),
  ],
  'invented fields': [200, () => filled((n) => `{"event":"x","fields":{${invented(200, n)}}}`, inLines)],
  'empty objects': [200, () => most(() => '{}', inLines)],
};

const inDelivery = ['{"requestId":"r","timestamp":1,"records":[', ',', ']}'] as const;
const base64 = (data: string) => Buffer.from(data).toString('base64');
const firehose: Bodies = {
  'lines of an access log': [200, () => most((n) => `{"data":"${base64(combined(n))}"}`, inDelivery)],
  'empty records': [200, () => filled(() => '{"data":""}', inDelivery)],
  'invented names of the request': [
    200,
    () => filled((n) => `"${scrambled(n)}":0`, ['{"records":[],', ',', '}']),
  ],
  'records with invented names': [200, () => filled((n) => `{"data":"",${invented(2_000, n)}}`, inDelivery)],
  'data that is not in base64': [400, () => `{"records":[{"data":"${'a'.repeat(largestBatch - 100)}!"}]}`],
};

const logpush: Bodies = {
  requests: [
    200,
    () =>
      most(
        (n) =>
          JSON.stringify({
            ClientRequestMethod: 'GET',
            ClientRequestURI: `/${scrambled(n)}`,
            EdgeStartTimestamp: '2025-12-28T18:03:07Z',
            EdgeResponseStatus: 200,
          }),
        inLines,
      ),
  ],
  'requests with invented names': [200, () => filled((n) => `{${invented(200, n)}}`, inLines)],
};

const json = { 'content-type': 'application/json' };
const protobuf = { 'content-type': 'application/x-protobuf' };

export const protocolBodies: readonly ProtocolBody[] = [
  ...sent('OTLP in JSON', 'POST /v1/logs', json, otlpJson),
  ...sent('OTLP in protobuf', 'POST /v1/logs', protobuf, otlpProtobuf),
  ...sent('bulk', 'POST /_bulk', { 'content-type': 'application/x-ndjson' }, bulk),
  ...sent('Loki', 'POST /loki/api/v1/push', json, lokiJson),
  ...sent('Loki in JSON', 'POST /loki/api/v1/push', json, lokiLabels),
  ...sent('Loki in protobuf', 'POST /loki/api/v1/push', protobuf, lokiProtobuf),
  ...sent('Splunk', 'POST /services/collector/event', {}, splunk),
  ...sent('Firehose', 'POST /firehose', { ...json, 'x-amz-firehose-request-id': 'r' }, firehose),
  ...sent('Logpush', 'POST /logpush', {}, logpush),
];

function sent(
  protocol: string,
  route: string,
  headers: ProtocolBody['headers'],
  bodies: Bodies,
): readonly ProtocolBody[] {
  return Object.entries(bodies).map(([name, [status, make]]) => ({
    name: `${protocol}: ${name}`,
    route,
    headers,
    status,
    make,
  }));
}
