import { InvalidRequest } from '../../../errors.ts';
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
import { NotProtobuf, WireReader, wireType } from './wire-reader.ts';

const tagOf = (field: number, type: number): number => field * 8 + type;

/** Tags of the fields that are read: https://github.com/open-telemetry/opentelemetry-proto, version 1.9.0. */
const tags = {
  request: { resourceLogs: tagOf(1, wireType.bytes) },
  resourceLogs: { scopeLogs: tagOf(2, wireType.bytes) },
  scopeLogs: { logRecords: tagOf(2, wireType.bytes) },
  logRecord: {
    timeUnixNano: tagOf(1, wireType.fixed64),
    body: tagOf(5, wireType.bytes),
    attributes: tagOf(6, wireType.bytes),
    observedTimeUnixNano: tagOf(11, wireType.fixed64),
  },
  keyValue: { key: tagOf(1, wireType.bytes), value: tagOf(2, wireType.bytes) },
  anyValue: {
    stringValue: tagOf(1, wireType.bytes),
    boolValue: tagOf(2, wireType.varint),
    intValue: tagOf(3, wireType.varint),
    doubleValue: tagOf(4, wireType.fixed64),
    arrayValue: tagOf(5, wireType.bytes),
    kvlistValue: tagOf(6, wireType.bytes),
    bytesValue: tagOf(7, wireType.bytes),
  },
  list: { values: tagOf(1, wireType.bytes) },
} as const;

/**
 * Reads the log records of an `ExportLogsServiceRequest` in protobuf, in order, in time proportional to its length. It
 * yields `undefined` for a record that is too long.
 * @throws InvalidRequest  the body is not such a message
 */
export function* readProtobufRecords(body: Buffer): Generator<OtlpRecord | undefined, void> {
  const reader = new WireReader(body);
  try {
    yield* recordsIn(reader, body.length);
  } catch (error) {
    if (!(error instanceof NotProtobuf)) throw error;
    throw new InvalidRequest(`The body is not an ExportLogsServiceRequest in protobuf: ${error.message}.`);
  }
}

function* recordsIn(reader: WireReader, end: number): Generator<OtlpRecord | undefined, void> {
  for (const resourceEnd of messagesIn(reader, end, tags.request.resourceLogs)) {
    for (const scopeEnd of messagesIn(reader, resourceEnd, tags.resourceLogs.scopeLogs)) {
      for (const recordEnd of messagesIn(reader, scopeEnd, tags.scopeLogs.logRecords)) {
        if (recordEnd - reader.at <= maxRecordBytes) {
          yield readRecord(reader, recordEnd);
        } else {
          reader.at = recordEnd;
          yield undefined;
        }
      }
    }
  }
}

/** Yields the ends of the messages in a repeated field; the caller reads each of them to its end. */
function* messagesIn(reader: WireReader, end: number, wanted: number): Generator<number, void> {
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag === wanted) yield reader.end(end);
    else reader.skip(tag, end);
  }
}

function readRecord(reader: WireReader, end: number): OtlpRecord {
  let time: number | undefined;
  let observedTime: number | undefined;
  let body: OtlpValue;
  const attributes: WritableFields = {};
  let count = 0;
  while (reader.at < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case tags.logRecord.timeUnixNano:
        time = millisecondsOf(reader.uint64(end));
        break;
      case tags.logRecord.observedTimeUnixNano:
        observedTime = millisecondsOf(reader.uint64(end));
        break;
      case tags.logRecord.body:
        body = readValue(reader, reader.end(end), 0);
        break;
      case tags.logRecord.attributes:
        count += 1;
        if (count > maxFields) reader.skip(tag, end);
        else readField(reader, reader.end(end), attributes, 0);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return { time, observedTime, body, attributes };
}

/** Reads a `KeyValue` into the fields. */
function readField(reader: WireReader, end: number, fields: WritableFields, depth: number): void {
  let name = '';
  let value: OtlpValue;
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag === tags.keyValue.key) name = reader.text(reader.end(end));
    else if (tag === tags.keyValue.value) value = readValue(reader, reader.end(end), depth);
    else reader.skip(tag, end);
  }
  setField(fields, name, value);
}

/** Reads an `AnyValue`. */
function readValue(reader: WireReader, end: number, depth: number): OtlpValue {
  let value: OtlpValue;
  while (reader.at < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case tags.anyValue.stringValue:
      case tags.anyValue.bytesValue:
        value = reader.text(reader.end(end));
        break;
      case tags.anyValue.boolValue:
        value = reader.isTrue(end);
        break;
      case tags.anyValue.intValue:
        value = reader.int64(end);
        break;
      case tags.anyValue.doubleValue:
        value = reader.double(end);
        break;
      case tags.anyValue.arrayValue:
        value = readList(reader, reader.end(end), depth + 1);
        break;
      case tags.anyValue.kvlistValue:
        value = readFields(reader, reader.end(end), depth + 1);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return value;
}

function readList(reader: WireReader, end: number, depth: number): OtlpValue {
  const values: OtlpValue[] = [];
  for (const valueEnd of messagesIn(reader, end, tags.list.values)) {
    if (depth < maxValueDepth) values.push(readValue(reader, valueEnd, depth));
    else reader.at = valueEnd;
  }
  return values;
}

function readFields(reader: WireReader, end: number, depth: number): OtlpValue {
  const fields: WritableFields = {};
  let count = 0;
  for (const fieldEnd of messagesIn(reader, end, tags.list.values)) {
    count += 1;
    if (depth < maxValueDepth && count <= maxFields) readField(reader, fieldEnd, fields, depth);
    else reader.at = fieldEnd;
  }
  return fields;
}
