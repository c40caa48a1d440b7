import generated from '@opentelemetry/otlp-transformer/build/src/generated/root.js';

interface OfficialMessage {
  create(value: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): object;
}

/** Encoder that the OpenTelemetry project generates from its schema; the package does not export it. */
const messages = (
  generated as unknown as {
    opentelemetry: { proto: { collector: { logs: { v1: Record<string, OfficialMessage> } } } };
  }
).opentelemetry.proto.collector.logs.v1;

/** A value as the schema's messages have it. */
export type OfficialValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: number }
  | { readonly doubleValue: number }
  | { readonly bytesValue: Uint8Array }
  | { readonly arrayValue: { readonly values: readonly OfficialValue[] } }
  | { readonly kvlistValue: { readonly values: readonly OfficialField[] } };

export interface OfficialField {
  readonly key: string;
  readonly value: OfficialValue;
}

export interface OfficialRecord {
  readonly timeUnixNano?: LongBits;
  readonly observedTimeUnixNano?: LongBits;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: OfficialValue;
  readonly attributes?: readonly OfficialField[];
  readonly traceId?: Uint8Array;
  readonly flags?: number;
  readonly droppedAttributesCount?: number;
}

/** A 64-bit number as protobufjs takes it. */
export interface LongBits {
  readonly low: number;
  readonly high: number;
  readonly unsigned: true;
}

export function longBitsOf(value: bigint): LongBits {
  return {
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: true,
  };
}

/** A request with the records of some scopes of some resources. */
export type OfficialRequest = readonly (readonly (readonly OfficialRecord[])[])[];

export function toProtobuf(request: OfficialRequest): Buffer {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] };
  const resourceLogs = request.map((scopes) => ({
    resource,
    scopeLogs: scopes.map((logRecords) => ({ scope: { name: 'access', version: '1' }, logRecords })),
    schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
  }));
  return Buffer.from(official().encode(official().create({ resourceLogs })).finish());
}

export function toJson(request: OfficialRequest): Buffer {
  return Buffer.from(JSON.stringify(decoded(official(), toProtobuf(request))));
}

/** Decodes an answer to a request. */
export function readResponse(bytes: Buffer): object {
  return decoded(official('ExportLogsServiceResponse'), bytes);
}

/** Decodes a `google.rpc.Status`, whose first two fields have the types of another message's. */
export function readStatus(bytes: Buffer): { readonly code: number; readonly message: string } {
  const { rejectedLogRecords, errorMessage } = decoded(official('ExportLogsPartialSuccess'), bytes) as {
    rejectedLogRecords: string;
    errorMessage: string;
  };
  return { code: Number(rejectedLogRecords), message: errorMessage };
}

function decoded(message: OfficialMessage, bytes: Buffer): object {
  return message.toObject(message.decode(bytes), { longs: String, bytes: String });
}

function official(name = 'ExportLogsServiceRequest'): OfficialMessage {
  const message = messages[name];
  if (message === undefined) throw new Error(`The package has no message ${name}.`);
  return message;
}
