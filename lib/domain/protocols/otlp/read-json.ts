import { isObject } from '../../../is-object.ts';
import { lengthOfField, UnreadPart } from '../../field-aliases/unread-part.ts';
import { jsonItems } from '../json-items.ts';
import { knownRecordAt } from './known-record.ts';
import {
  maxFields,
  maxRecordBytes,
  maxValueDepth,
  millisecondsOf,
  setField,
  type OtlpRecord,
  type OtlpValue,
  type WritableFields,
} from './otlp-record.ts';

type Json = Readonly<Record<string, unknown>>;

/** The fields that lead from a request to its log records, each an array of objects. */
const way = ['resourceLogs', 'scopeLogs', 'logRecords'] as const;
const maxUsualBytes = 4_096;
const usualNames = [
  'timeUnixNano',
  'observedTimeUnixNano',
  'severityNumber',
  'severityText',
  'body',
  'attributes',
  'traceId',
  'spanId',
  'flags',
];
const digits = /^\d{1,20}$/;

/**
 * Reads the log records of an `ExportLogsServiceRequest` in JSON, in order, in time proportional to its length. It skips
 * to the records and parses one at a time, so that a large body takes no more memory than its bytes. It yields `undefined`
 * for a record that is too long.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * @throws InvalidRequest  the body is not such a message
 */
export function* readJsonRecords(body: Buffer): Generator<OtlpRecord | undefined, void> {
  const unread = new UnreadPart();
  for (const { start, end } of jsonItems(body, way, 'an ExportLogsServiceRequest')) {
    if (end - start > maxRecordBytes) yield undefined;
    else yield recordOf(parseRecord(body, start, end, unread));
  }
}

/** Parses a record: as a whole, while records are of the usual form. */
function parseRecord(body: Buffer, start: number, end: number, unread: UnreadPart): Json {
  if (end - start > maxUsualBytes || unread.isLarge)
    return JSON.parse(knownRecordAt(body, start, end)) as Json;
  const record = JSON.parse(body.toString('utf8', start, end)) as Json;
  unread.add(end - start, usualLengthOf(record));
  return record;
}

/** Returns the length of the parts of a record that are of the usual form: texts, numbers and their attributes. */
function usualLengthOf(record: Json): number {
  let length = lengthOfAnyValue(record['body']);
  for (const name of usualNames) {
    const value = record[name];
    if (value !== undefined) length += lengthOfField(name, value);
  }
  const { attributes } = record;
  if (!Array.isArray(attributes)) return length;
  for (const each of attributes as readonly unknown[]) {
    if (!isObject(each)) continue;
    const { key, value } = each;
    length += lengthOfField('value', value) + lengthOfField('key', key) + lengthOfAnyValue(value);
  }
  return length;
}

function lengthOfAnyValue(value: unknown): number {
  if (!isObject(value)) return 0;
  const { stringValue, intValue } = value;
  if (stringValue !== undefined) return lengthOfField('stringValue', stringValue);
  return intValue === undefined ? 0 : lengthOfField('intValue', intValue);
}

function recordOf({ timeUnixNano, observedTimeUnixNano, body, attributes }: Json): OtlpRecord {
  return {
    time: timeOf(timeUnixNano),
    observedTime: timeOf(observedTimeUnixNano),
    body: valueOf(body, 0),
    attributes: fieldsOf(attributes, 0),
  };
}

/** Reads a 64-bit number, which is a text in JSON, although some senders write a number. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number' && value >= 0) return millisecondsOf(BigInt(Math.trunc(value)));
  return typeof value === 'string' && digits.test(value) ? millisecondsOf(BigInt(value)) : undefined;
}

/** Returns the value of an `AnyValue`. */
function valueOf(value: unknown, depth: number): OtlpValue {
  if (!isObject(value)) return undefined;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (intValue !== undefined) return numberOf(intValue);
  if (doubleValue !== undefined) return numberOf(doubleValue);
  if (typeof bytesValue === 'string') return Buffer.from(bytesValue, 'base64').toString();
  if (isObject(kvlistValue)) return fieldsOf(kvlistValue['values'], depth + 1);
  if (!isObject(arrayValue)) return undefined;
  const values = arrayValue['values'];
  return Array.isArray(values) && depth + 1 < maxValueDepth
    ? values.map((each) => valueOf(each, depth + 1))
    : [];
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined;
}

function fieldsOf(list: unknown, depth: number): WritableFields {
  const fields: WritableFields = {};
  if (!Array.isArray(list) || depth >= maxValueDepth) return fields;
  for (const each of (list as readonly unknown[]).slice(0, maxFields)) {
    if (!isObject(each)) continue;
    const { key, value } = each;
    setField(fields, typeof key === 'string' ? key : '', valueOf(value, depth));
  }
  return fields;
}
