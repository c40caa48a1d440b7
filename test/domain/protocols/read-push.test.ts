import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { parseLabels } from '../../../lib/domain/protocols/loki/parse-labels.ts';
import { readPushJson } from '../../../lib/domain/protocols/loki/read-push-json.ts';
import { readPushProtobuf } from '../../../lib/domain/protocols/loki/read-push-protobuf.ts';
import { InvalidRequest } from '../../../lib/errors.ts';
import { combinedLine, described, describeAll, entryObject } from './described.ts';

/** The schema in Loki's pkg/push/push.proto. */
const pushRequest = protobuf
  .parse(
    `syntax = "proto3";
    message Timestamp { int64 seconds = 1; int32 nanos = 2; }
    message PushRequest { repeated StreamAdapter streams = 1; string format = 2; }
    message StreamAdapter { string labels = 1; repeated EntryAdapter entries = 2; uint64 hash = 3; }
    message LabelPairAdapter { string name = 1; string value = 2; }
    message EntryAdapter {
      Timestamp timestamp = 1;
      string line = 2;
      repeated LabelPairAdapter structuredMetadata = 3;
      repeated LabelPairAdapter parsed = 4;
    }`,
  )
  .root.lookupType('PushRequest');

interface Entry {
  readonly seconds: number;
  readonly nanos: number;
  readonly line: string;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Stream {
  readonly labels: Readonly<Record<string, string>>;
  readonly entries: readonly Entry[];
}

const at = Date.parse('2025-12-28T18:03:07Z') / 1_000;
const entry = (line: string, metadata: Entry['metadata'] = {}): Entry => ({
  seconds: at,
  nanos: 999_999_999,
  line,
  metadata,
});

function asProtobuf(streams: readonly Stream[]): Buffer {
  const request = {
    streams: streams.map(({ labels, entries }) => ({
      labels: `{${Object.entries(labels)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(', ')}}`,
      entries: entries.map(({ seconds, nanos, line, metadata }) => ({
        timestamp: { seconds, nanos },
        line,
        structuredMetadata: Object.entries(metadata).map(([name, value]) => ({ name, value })),
      })),
      hash: 7,
    })),
  };
  return Buffer.from(pushRequest.encode(pushRequest.fromObject(request)).finish());
}

function asJson(streams: readonly Stream[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      streams: streams.map(({ labels, entries }) => ({
        stream: labels,
        values: entries.map(({ seconds, nanos, line, metadata }) => {
          const value = [`${seconds}${String(nanos).padStart(9, '0')}`, line];
          return Object.keys(metadata).length === 0 ? value : [...value, metadata];
        }),
      })),
    }),
  );
}

const forms = [
  ['JSON', asJson, readPushJson],
  ['protobuf', asProtobuf, readPushProtobuf],
] as const;

describe.each(forms)('a push in %s', (_form, encode, readPush) => {
  const read = (...streams: readonly Stream[]): string[] => describeAll(readPush(encode(streams)));

  it('has the lines of all streams, in their order', () => {
    const labels = { job: 'nginx' };
    const other = combinedLine.replace('/x?a=1', '/y');

    expect(
      read(
        { labels, entries: [entry(combinedLine), entry(other)] },
        { labels, entries: [entry(combinedLine)] },
      ),
    ).toEqual([described, described.replace('/x?a=1', '/y'), described]);
  });

  it('has the time in the line, and that of the entry where the line has none', () => {
    const { receivedAt: _, ...withoutTime } = entryObject;
    const older = combinedLine.replace('18:03', '17:02');
    const lines = [older, JSON.stringify(entryObject), JSON.stringify(withoutTime)];

    expect(read({ labels: {}, entries: lines.map((line) => entry(line)) })).toEqual([
      described.replace('18:03', '17:02'),
      described,
      described,
    ]);
  });

  it('never rounds a time into the next minute', () => {
    const { receivedAt: _, ...withoutTime } = entryObject;
    const last = {
      ...entry(JSON.stringify(withoutTime)),
      seconds: Date.parse('2025-12-28T18:03:59Z') / 1_000,
    };

    expect(read({ labels: {}, entries: [last] })).toEqual([described]);
  });

  it('reads what an agent has parsed into structured metadata, with the labels of the stream', () => {
    const metadata = { path: '/x?a=1', status: '200', user_agent: 'curl/8.0' };
    const labels = { job: 'nginx', method: 'GET' };

    expect(
      read({ labels, entries: [entry('request done', metadata), entry(combinedLine, { trace: '1' })] }),
    ).toEqual([described, described]);
  });

  it('reads the first 15 labels, as many as Loki allows', () => {
    const many = Array.from({ length: 14 }, (_, n) => [`label_${n}`, 'x']);
    const metadata = { path: '/x?a=1', status: '200', user_agent: 'curl/8.0' };
    const readWith = (...labels: readonly string[][]) =>
      read({
        labels: Object.fromEntries(labels) as Record<string, string>,
        entries: [entry('done', metadata)],
      });

    expect(readWith(...many, ['method', 'GET'])).toEqual([described]);
    expect(readWith(...many, ['other', 'x'], ['method', 'GET'])).toEqual([
      expect.stringMatching(/^rejected/),
    ]);
  });

  it('rejects lines that are not requests by themselves', () => {
    const entries = [entry('disk is full'), entry(combinedLine), entry(''), entry('x', { level: 'info' })];

    expect(read({ labels: {}, entries })).toEqual([
      expect.stringMatching(/^rejected/),
      described,
      expect.stringMatching(/^rejected/),
      expect.stringMatching(/^rejected/),
    ]);
  });

  it('never looks at a line that is longer than any', () => {
    expect(read({ labels: {}, entries: [entry('x'.repeat(300_000)), entry(combinedLine)] })).toEqual([
      expect.stringMatching(/longer than/),
      described,
    ]);
  });

  it('may have nothing in it', () => {
    expect(read()).toEqual([]);
    expect(read({ labels: {}, entries: [] })).toEqual([]);
  });
});

const labelName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
const labels = fc.dictionary(labelName, fc.string({ maxLength: 20 }), { maxKeys: 3 });
const streams = fc.array(
  fc.record({
    labels,
    entries: fc.array(
      fc.record({
        seconds: fc.integer({ min: 1, max: 4_000_000_000 }),
        nanos: fc.integer({ min: 0, max: 999_999_999 }),
        line: fc.oneof(fc.string(), fc.constant(combinedLine), fc.constant('{"method":"GET","path":"/x"}')),
        metadata: labels,
      }),
      { maxLength: 5 },
    ),
  }),
  { maxLength: 4 },
);

describe('both forms of a push', () => {
  it('have the same entries', () => {
    fc.assert(
      fc.property(streams, (sent) => {
        expect(describeAll(readPushProtobuf(asProtobuf(sent)))).toEqual(
          describeAll(readPushJson(asJson(sent))),
        );
      }),
    );
  });
});

describe('readPushJson', () => {
  it('finds the labels of a stream behind its values, and ignores members that it does not know', () => {
    const value = [`${at}000000000`, 'done', { path: '/x?a=1', status: '200', ua: 'curl/8.0' }];
    const body = { more: [{}], streams: [{ a: {}, values: [value], stream: { method: 'GET' } }], x: 1 };

    expect(describeAll(readPushJson(Buffer.from(JSON.stringify(body, undefined, 1))))).toEqual([described]);
  });

  it('rejects values of another form by themselves', () => {
    const values = [[], ['1'], 7, {}, ['x', combinedLine], [1, combinedLine]];
    const body = Buffer.from(JSON.stringify({ streams: [{ stream: {}, values }] }));

    expect(describeAll(readPushJson(body))).toEqual([
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^rejected/) as string),
      described,
      described,
    ]);
  });

  it.each([
    '',
    ' ',
    '[]',
    '{}',
    'x',
    '{"streams":{}}',
    '{"streams":[1]}',
    '{"streams":[{"values":{}}]}',
    '{"streams":[]',
    '{"streams":[]}x',
    '{"streams":[{"values":[["1","a"]}]}',
  ])('refuses %j', (body) => {
    expect(() => describeAll(readPushJson(Buffer.from(body)))).toThrow(InvalidRequest);
  });
});

describe('readPushProtobuf', () => {
  it('reads any bytes as entries, or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          describeAll(readPushProtobuf(Buffer.from(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRequest);
        }
      }),
    );
  });

  it('refuses a message that is cut off', () => {
    const body = asProtobuf([{ labels: { job: 'nginx' }, entries: [entry(combinedLine)] }]);

    for (let length = 1; length < body.length; length++) {
      expect(() => describeAll(readPushProtobuf(body.subarray(0, length)))).toThrow(InvalidRequest);
    }
  });
});

describe('parseLabels', () => {
  it.each<[string, object]>([
    ['{}', {}],
    ['{job="nginx"}', { job: 'nginx' }],
    ['{job="nginx",host="a", method="GET"}', { job: 'nginx', host: 'a', method: 'GET' }],
    ['{a="say \\"x\\", {b}", b=`c:\\d`}', { a: 'say "x", {b}', b: 'c:\\d' }],
    ['job="nginx"', {}],
    ['{job=nginx}', {}],
    [`{a="${'x'.repeat(5_000)}"}`, {}],
  ])('reads %s', (text, expected) => {
    expect(parseLabels(text)).toEqual(expected);
  });
});
