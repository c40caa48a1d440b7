import { wire } from '../protobuf.ts';

/** Encodes an `ExportLogsServiceResponse` whose `partial_success` reports rejected log records. */
export function encodePartialSuccess(rejectedLogRecords: number, errorMessage: string): Buffer {
  return bytesField(1, Buffer.concat([numberField(1, rejectedLogRecords), textField(2, errorMessage)]));
}

/**
 * Encodes a `google.rpc.Status`.
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto
 */
export function encodeStatus(code: number, message: string): Buffer {
  return Buffer.concat([numberField(1, code), textField(2, message)]);
}

function numberField(field: number, value: number): Buffer {
  return Buffer.from([field * 8 + wire.varint, ...varint(value)]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([field * 8 + wire.bytes, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
