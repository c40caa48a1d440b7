import { isUtf8 } from 'node:buffer';
import { InvalidRequest } from '../../../errors.ts';
import {
  afterString,
  afterValue,
  afterWhiteSpace,
  code,
  isEscaped,
  malformed,
} from '../../parse-batch/json-scanner.ts';
import {
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
 * to the records and parses one at a time, so that a large body takes no more memory than its bytes. It yields `undefined` for a
 * record that is too long.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * @throws InvalidRequest  the body is not such a message
 */
export function* readJsonRecords(body: Buffer): Generator<OtlpRecord | undefined, void> {
  if (!isUtf8(body)) throw new InvalidRequest('The body is not UTF-8.');
  const scanner = new Scanner(body);
  yield* scanner.records(0);
  scanner.requireEnd();
}

/** A position in a body. */
class Scanner {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Reads an object that is `step` steps on the way to the records. */
  *records(step: number): Generator<OtlpRecord | undefined, void> {
    this.#require(code.openBrace);
    if (this.#skip(code.closeBrace)) return;
    do {
      const isOnWay = this.#name() === way[step];
      if (isOnWay && this.#next() === code.openBracket) yield* this.#list(step);
      else if (isOnWay && this.#text(this.#skipValue()) !== 'null') throw notJson();
      else if (!isOnWay) this.#skipValue();
    } while (this.#skip(code.comma));
    this.#require(code.closeBrace);
  }

  *#list(step: number): Generator<OtlpRecord | undefined, void> {
    this.#require(code.openBracket);
    if (this.#skip(code.closeBracket)) return;
    do {
      if (step < way.length - 1) yield* this.records(step + 1);
      else yield this.#record();
    } while (this.#skip(code.comma));
    this.#require(code.closeBracket);
  }

  requireEnd(): void {
    if (this.#next() !== undefined) throw notJson();
  }

  #record(): OtlpRecord | undefined {
    if (this.#next() !== code.openBrace) throw notJson();
    const start = this.#skipValue();
    return this.#at - start > maxRecordBytes ? undefined : recordOf(JSON.parse(this.#text(start)) as Json);
  }

  #next(): number | undefined {
    this.#at = afterWhiteSpace(this.#bytes, this.#at, code.lineFeed);
    return this.#bytes[this.#at];
  }

  #skip(byte: number): boolean {
    if (this.#next() !== byte) return false;
    this.#at += 1;
    return true;
  }

  #require(byte: number): void {
    if (!this.#skip(byte)) throw notJson();
  }

  /** Reads the name of a field and its colon. */
  #name(): string {
    this.#next();
    const after = afterString(this.#bytes, this.#at);
    if (after === malformed) throw notJson();
    const start = this.#at + 1;
    this.#at = isEscaped(after) ? ~after : after;
    const name = this.#bytes.toString('utf8', start, this.#at - 1);
    this.#require(code.colon);
    return name;
  }

  /** Skips a value and returns its start. */
  #skipValue(): number {
    this.#next();
    const start = this.#at;
    const end = afterValue(this.#bytes, start, code.lineFeed);
    if (end === malformed) throw notJson();
    this.#at = end;
    return start;
  }

  /** Returns the text from a position to this one. */
  #text(start: number): string {
    return this.#bytes.toString('utf8', start, this.#at);
  }
}

function notJson(): InvalidRequest {
  return new InvalidRequest('The body is not an ExportLogsServiceRequest in JSON.');
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
  for (const each of list as readonly unknown[]) {
    if (!isObject(each)) continue;
    const { key, value } = each;
    setField(fields, typeof key === 'string' ? key : '', valueOf(value, depth));
  }
  return fields;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
