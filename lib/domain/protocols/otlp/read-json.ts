import { jsonItems } from '../json-items.ts';
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
const digits = /^\d{1,20}$/;

/**
 * Reads the log records of an `ExportLogsServiceRequest` in JSON, in order, in time proportional to its length. It skips
 * to the records and parses one at a time, so that a large body takes no more memory than its bytes. It yields `undefined`
 * for a record that is too long.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * @throws InvalidRequest  the body is not such a message
 */
export function* readJsonRecords(body: Buffer): Generator<OtlpRecord | undefined, void> {
  for (const { start, end } of jsonItems(body, way, 'an ExportLogsServiceRequest')) {
    if (end - start > maxRecordBytes) yield undefined;
    else yield recordOf(JSON.parse(body.toString('utf8', start, end)) as Json);
  }
}

function recordOf({ timeUnixNano, observedTimeUnixNano, body, attributes }: Json): OtlpRecord {
  return {
    time: timeOf(timeUnixNano),
    observedTime: timeOf(observedTimeUnixNano),
    body: valueOf(body, 0),
    attributes: fieldsOf(attributes, 0),
  };
}

/** A 64-bit number is a text in JSON, and some senders write a number. */
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

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
