import { compress } from 'snappyjs';
import {
  filled,
  invented,
  largestBatch,
  most,
  mostEntries,
  nanoseconds as time,
  scrambled,
  type Bodies,
} from './filled.ts';
import { bytesField, message, numberField, repeated } from './protobuf-message.ts';
import { combined } from './set-aside-bodies.ts';

const stream = '{"streams":[{"stream":{"job":"nginx"},"values":[';
/** Pushes in JSON. */
export const lokiJson: Bodies = {
  'lines of an access log': [
    204,
    () => most((n) => JSON.stringify([time, combined(n)]), [stream, ',', ']}]}']),
  ],
  'invented metadata': [
    204,
    () =>
      filled(
        (n) => `["${time}","x",{${invented(250_000, n).replaceAll(':0', ':""')}}]`,
        [stream, ',', ']}]}'],
      ),
  ],
  'streams without entries': [204, () => filled(() => '{}', ['{"streams":[', ',', ']}'])],
  'invented names of a stream': [
    204,
    () => filled((n) => `"${scrambled(n)}":0`, ['{"streams":[{', ',', '}]}']),
  ],
  'entries that are not arrays': [204, () => most(() => '0', [stream, ',', ']}]}'])],
};

/** Fifteen labels, as many as Loki allows; each has a name that describes requests. */
const knownLabels = Object.fromEntries(
  [
    'method',
    'http_method',
    'request_method',
    'verb',
    'path',
    'uri',
    'request_uri',
    'url',
    'status',
    'status_code',
    'http_status',
    'user_agent',
    'http_user_agent',
    'agent',
    'bytes',
  ].map((name) => [name, 'x']),
);
const knownMetadata = JSON.stringify({ method: 'GET', path: '/x', status: 'x', user_agent: 'x' });
const labelled = `{"streams":[{"stream":${JSON.stringify(knownLabels)},"values":[`;
/** Pushes in JSON whose labels and metadata are read. */
export const lokiLabels: Bodies = {
  'labels and metadata of lines that are not requests': [
    204,
    () => most((n) => `["${time}","${scrambled(n)}",${knownMetadata}]`, [labelled, ',', ']}]}']),
  ],
  'labels and metadata that describe requests': [
    204,
    () =>
      most(
        (n) => `["${time}","x",{"method":"GET","path":"/${scrambled(n)}"}]`,
        [
          '{"streams":[{"stream":{"job":"nginx","status":"200","user_agent":"curl/8"},"values":[',
          ',',
          ']}]}',
        ],
      ),
  ],
  'streams with labels, of one line each': [
    204,
    () =>
      most(
        (n) => `{"stream":${JSON.stringify(knownLabels)},"values":[["${time}","${scrambled(n)}",{"a":"b"}]]}`,
        ['{"streams":[', ',', ']}'],
      ),
  ],
};

const inSnappy = (request: Buffer) => Buffer.from(compress(request));
const pushedLine = (n: number, ...metadata: readonly Buffer[]) =>
  bytesField(
    2,
    message(bytesField(1, numberField(1, 1_766_945_040)), bytesField(2, combined(n)), ...metadata),
  );
const labelPair = (name: string, text: string) =>
  bytesField(3, message(bytesField(1, name), bytesField(2, text)));
const labelText = `{${Object.keys(knownLabels)
  .map((name) => `${name}="x"`)
  .join(', ')}}`;
const pushed = (labels: string, make: (n: number) => Buffer) => {
  const entries: Buffer[] = [bytesField(1, labels)];
  for (let n = 0, bytes = labels.length; n < mostEntries; n++) {
    const one = make(n);
    bytes += one.length;
    if (bytes > largestBatch - 2_000) break;
    entries.push(one);
  }
  return inSnappy(bytesField(1, Buffer.concat(entries)));
};
/** Pushes in protobuf, compressed with Snappy. */
export const lokiProtobuf: Bodies = {
  'lines of an access log': [204, () => pushed('{job="nginx"}', (n) => pushedLine(n))],
  'labels and metadata of lines that are not requests': [
    204,
    () =>
      pushed(labelText, (n) =>
        bytesField(
          2,
          message(
            bytesField(1, numberField(1, 1_766_945_040)),
            bytesField(2, scrambled(n)),
            ...['method', 'path', 'status', 'user_agent'].map((name) => labelPair(name, 'x')),
          ),
        ),
      ),
  ],
  'metadata over and over': [
    204,
    () =>
      pushed('{}', (n) =>
        bytesField(
          2,
          message(bytesField(2, scrambled(n)), ...Array.from({ length: 500 }, () => labelPair('a', ''))),
        ),
      ),
  ],
  'labels over and over': [
    204,
    () => inSnappy(bytesField(1, repeated(bytesField(1, labelText), largestBatch - 1_000))),
  ],
  'streams without entries': [204, () => inSnappy(repeated(bytesField(1, ''), largestBatch - 1_000))],
};
