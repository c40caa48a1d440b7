import { ProtobufReader } from '../protobuf.ts';
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

/** Numbers of the fields that are read: https://github.com/open-telemetry/opentelemetry-proto */
const field = {
  request: { resourceLogs: 1 },
  resourceLogs: { scopeLogs: 2 },
  scopeLogs: { logRecords: 2 },
  logRecord: { timeUnixNano: 1, body: 5, attributes: 6, observedTimeUnixNano: 11 },
  keyValue: { key: 1, value: 2 },
  anyValue: {
    stringValue: 1,
    boolValue: 2,
    intValue: 3,
    doubleValue: 4,
    arrayValue: 5,
    kvlistValue: 6,
    bytesValue: 7,
  },
  list: { values: 1 },
} as const;

/**
 * Reads the log records of an `ExportLogsServiceRequest` in protobuf, in order, in time proportional to its length. It
 * yields `undefined` for a record that is too long.
 * @throws InvalidRequest  the body is not such a message
 */
export function* readProtobufRecords(body: Buffer): Generator<OtlpRecord | undefined, void> {
  for (const resourceLogs of messagesIn(new ProtobufReader(body), field.request.resourceLogs)) {
    for (const scopeLogs of messagesIn(resourceLogs, field.resourceLogs.scopeLogs)) {
      for (const logRecord of messagesIn(scopeLogs, field.scopeLogs.logRecords)) {
        yield logRecord.length > maxRecordBytes ? undefined : readRecord(logRecord);
      }
    }
  }
}

/** Yields the messages in a repeated field. */
function* messagesIn(reader: ProtobufReader, wanted: number): Generator<ProtobufReader, void> {
  for (let number = reader.next(); number !== 0; number = reader.next()) {
    if (number === wanted) yield reader.message();
    else reader.skip();
  }
}

function readRecord(reader: ProtobufReader): OtlpRecord {
  let time: number | undefined;
  let observedTime: number | undefined;
  let body: OtlpValue;
  const attributes: WritableFields = {};
  let count = 0;
  for (let number = reader.next(); number !== 0; number = reader.next()) {
    switch (number) {
      case field.logRecord.timeUnixNano:
        time = millisecondsOf(reader.fixed64());
        break;
      case field.logRecord.observedTimeUnixNano:
        observedTime = millisecondsOf(reader.fixed64());
        break;
      case field.logRecord.body:
        body = readValue(reader.message(), 0);
        break;
      case field.logRecord.attributes:
        count += 1;
        if (count > maxFields) reader.skip();
        else readField(reader.message(), attributes, 0);
        break;
      default:
        reader.skip();
    }
  }
  return { time, observedTime, body, attributes };
}

/** Reads a `KeyValue` into the fields. */
function readField(reader: ProtobufReader, fields: WritableFields, depth: number): void {
  let name = '';
  let value: OtlpValue;
  for (let number = reader.next(); number !== 0; number = reader.next()) {
    if (number === field.keyValue.key) name = reader.text();
    else if (number === field.keyValue.value) value = readValue(reader.message(), depth);
    else reader.skip();
  }
  setField(fields, name, value);
}

/** Reads an `AnyValue`. */
function readValue(reader: ProtobufReader, depth: number): OtlpValue {
  let value: OtlpValue;
  for (let number = reader.next(); number !== 0; number = reader.next()) {
    switch (number) {
      case field.anyValue.stringValue:
      case field.anyValue.bytesValue:
        value = reader.text();
        break;
      case field.anyValue.boolValue:
        value = reader.number() !== 0;
        break;
      case field.anyValue.intValue:
        value = reader.int64();
        break;
      case field.anyValue.doubleValue:
        value = reader.double();
        break;
      case field.anyValue.arrayValue:
        value = readList(reader.message(), depth + 1);
        break;
      case field.anyValue.kvlistValue:
        value = readFields(reader.message(), depth + 1);
        break;
      default:
        reader.skip();
    }
  }
  return value;
}

function readList(reader: ProtobufReader, depth: number): OtlpValue {
  const values: OtlpValue[] = [];
  for (const value of messagesIn(reader, field.list.values)) {
    if (depth < maxValueDepth) values.push(readValue(value, depth));
  }
  return values;
}

function readFields(reader: ProtobufReader, depth: number): OtlpValue {
  const fields: WritableFields = {};
  let count = 0;
  for (const each of messagesIn(reader, field.list.values)) {
    count += 1;
    if (depth < maxValueDepth && count <= maxFields) readField(each, fields, depth);
  }
  return fields;
}
