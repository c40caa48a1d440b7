import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OtlpRecord, OtlpValue } from '../../../../lib/domain/protocols/otlp/otlp-record.ts';
import { readJsonRecords } from '../../../../lib/domain/protocols/otlp/read-json.ts';
import { readProtobufRecords } from '../../../../lib/domain/protocols/otlp/read-protobuf.ts';
import { InvalidRequest } from '../../../../lib/errors.ts';
import {
  longBitsOf,
  toJson,
  toProtobuf,
  type OfficialField,
  type OfficialRecord,
  type OfficialRequest,
  type OfficialValue,
} from './official-encoding.ts';

const nanoseconds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const key = fc.string({ maxLength: 12 }).filter((name) => name !== '__proto__');
const { value } = fc.letrec<{ value: OfficialValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.record({ stringValue: fc.string({ unit: 'binary' }) }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.maxSafeInteger() }),
    fc.record({ doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
    fc.record({ bytesValue: fc.string().map((text) => Buffer.from(text)) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.uniqueArray(fc.record({ key, value: tie('value') }), {
          selector: (field) => field.key,
          maxLength: 3,
        }),
      }),
    }),
  ),
}));
const record: fc.Arbitrary<OfficialRecord> = fc.record(
  {
    timeUnixNano: nanoseconds.map(longBitsOf),
    observedTimeUnixNano: nanoseconds.map(longBitsOf),
    severityNumber: fc.integer({ min: 0, max: 24 }),
    severityText: fc.string(),
    body: value,
    attributes: fc.uniqueArray(fc.record({ key, value }), { selector: (field) => field.key, maxLength: 6 }),
    traceId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    flags: fc.nat(),
    droppedAttributesCount: fc.nat(),
  },
  { requiredKeys: [] },
);
const request: fc.Arbitrary<OfficialRequest> = fc.array(
  fc.array(fc.array(record, { maxLength: 4 }), { maxLength: 3 }),
  { maxLength: 3 },
);

/** The record that a reader should yield, from the values that were encoded. */
function expectedRecord({
  timeUnixNano,
  observedTimeUnixNano,
  body,
  attributes,
}: OfficialRecord): OtlpRecord {
  return {
    time: millisecondsIn(timeUnixNano),
    observedTime: millisecondsIn(observedTimeUnixNano),
    body: body && plainValue(body),
    attributes: plainFields(attributes ?? []),
  };
}

function millisecondsIn(bits: OfficialRecord['timeUnixNano']): number | undefined {
  if (bits === undefined) return undefined;
  const value = (BigInt.asUintN(32, BigInt(bits.high)) << 32n) | BigInt.asUintN(32, BigInt(bits.low));
  return value === 0n ? undefined : Number(value / 1_000_000n);
}

function plainValue(value: OfficialValue): OtlpValue {
  if ('bytesValue' in value) return Buffer.from(value.bytesValue).toString();
  if ('arrayValue' in value) return value.arrayValue.values.map(plainValue);
  if ('kvlistValue' in value) return plainFields(value.kvlistValue.values);
  const [plain] = Object.values(value) as [string | number | boolean];
  return Object.is(plain, -0) ? 0 : plain;
}

function plainFields(fields: readonly OfficialField[]): Record<string, OtlpValue> {
  return Object.fromEntries(fields.map((field) => [field.key, plainValue(field.value)]));
}

/** JSON has no negative zero, and protobuf has. */
function withoutNegativeZero(records: readonly (OtlpRecord | undefined)[]): unknown {
  return JSON.parse(JSON.stringify(records));
}

describe('the readers of OTLP requests', () => {
  it('read what the official encoder writes, in protobuf and in JSON', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const expected = withoutNegativeZero(sent.flat(2).map(expectedRecord));
        expect(withoutNegativeZero([...readProtobufRecords(toProtobuf(sent))])).toEqual(expected);
        expect(withoutNegativeZero([...readJsonRecords(toJson(sent))])).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('never fail in another way than by refusing a body that was changed or cut off', () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), length: fc.nat() });
    fc.assert(
      fc.property(request, fc.array(damage, { minLength: 1, maxLength: 4 }), (sent, damages) => {
        for (const [encode, read] of [
          [toProtobuf, readProtobufRecords],
          [toJson, readJsonRecords],
        ] as const) {
          let body = encode(sent);
          for (const { at, byte, length } of damages) {
            if (body.length === 0) continue;
            body[at % body.length] = byte;
            if (length % 3 === 0) body = body.subarray(0, length % (body.length + 1));
          }
          const outcome = tried(() => [...read(body)]);
          expect(outcome).toBe('as it should be');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('count a record that is too long, and read the next one', () => {
    const sent = [[[{ body: { stringValue: 'x'.repeat(65_536) } }, { body: { stringValue: 'next' } }]]];
    for (const records of [readProtobufRecords(toProtobuf(sent)), readJsonRecords(toJson(sent))]) {
      expect([...records]).toEqual([undefined, expect.objectContaining({ body: 'next' })]);
    }
  });

  it('leave out fields of an object beyond the first 512', () => {
    const values = Array.from({ length: 600 }, (_, at) => ({ key: `k${at}`, value: { intValue: at } }));
    const sent = [[[{ attributes: values, body: { kvlistValue: { values } } }]]];
    for (const records of [readProtobufRecords(toProtobuf(sent)), readJsonRecords(toJson(sent))]) {
      const [record] = [...records];
      expect([record?.attributes, record?.body].map((fields) => Object.keys(fields ?? {}).length)).toEqual([
        512, 512,
      ]);
    }
  });

  it('leave out what is nested too deep', () => {
    let value: OfficialValue = { stringValue: 'deep' };
    for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
    const sent = [[[{ body: value }]]];
    for (const records of [readProtobufRecords(toProtobuf(sent)), readJsonRecords(toJson(sent))]) {
      expect(JSON.stringify([...records][0]?.body)).toBe('[[[[[[]]]]]]');
    }
  });

  it.each([
    ['a number without an end', Buffer.from([0x0a, 0xff])],
    ['a length beyond the end', Buffer.from([0x0a, 0x05, 0x00])],
    ['a group, which this schema never has', Buffer.from([0x0b])],
    ['a field without a number', Buffer.from([0x00, 0x00])],
    ['text', Buffer.from('not protobuf at all')],
  ])('refuse protobuf with %s', (_, body) => {
    expect(() => [...readProtobufRecords(body)]).toThrow(InvalidRequest);
  });

  it.each([
    '',
    '[]',
    '{"resourceLogs":{}}',
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[1]}]}]}',
    '{"resourceLogs":[]} x',
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}',
  ])('refuse %s', (body) => {
    expect(() => [...readJsonRecords(Buffer.from(body))]).toThrow(InvalidRequest);
  });

  it.each(['{}', '{"resourceLogs":null}', '{"resourceLogs":[{"scopeLogs":[]}],"later":{"a":[1]}}'])(
    'find no record in %s',
    (body) => {
      expect([...readJsonRecords(Buffer.from(body))]).toEqual([]);
    },
  );

  it('take times of JSON as texts and as numbers', () => {
    const times = ['"1766944987000000000"', '1766944987000000000', '"0"', '"soon"', '-1', '""'];
    const records = times.map((time) => `{"timeUnixNano":${time}}`).join();
    const body = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`;
    expect([...readJsonRecords(Buffer.from(body))].map((each) => each?.time)).toEqual([
      1_766_944_987_000,
      1_766_944_987_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

function tried(read: () => unknown): unknown {
  try {
    read();
  } catch (error) {
    if (!(error instanceof InvalidRequest)) return error;
  }
  return 'as it should be';
}
