import { encodePartialSuccess, encodeStatus } from '../../../lib/domain/protocols/otlp/write-answers.ts';
import type { ErrorForm, HttpRequest } from '../../http/http.ts';
import { respondJson, type Answer } from '../../http/respond.ts';

/** An encoding of OTLP/HTTP; an answer has that of its request. */
export type OtlpEncoding = 'protobuf' | 'json';

/** The codes of gRPC for the statuses of errors: https://grpc.io/docs/guides/status-codes/ */
const grpcCodes: Readonly<Record<number, number>> = { 403: 7, 409: 6, 422: 6, 503: 14 };
const invalidArgument = 3;

/** Returns the encoding that a request names, or `undefined` if it names another one. */
export function encodingOf(headers: HttpRequest['headers']): OtlpEncoding | undefined {
  const [essence = ''] = (headers['content-type'] ?? '').split(';');
  switch (essence.trim().toLowerCase()) {
    case 'application/x-protobuf':
    case 'application/protobuf':
      return 'protobuf';
    case 'application/json':
      return 'json';
    default:
      return undefined;
  }
}

export function respondSuccess(encoding: OtlpEncoding): Answer {
  return encoding === 'json' ? respondJson(200, {}) : respondProtobuf(200, Buffer.of());
}

export function respondPartialSuccess(encoding: OtlpEncoding, rejected: number, message: string): Answer {
  if (encoding === 'protobuf') return respondProtobuf(200, encodePartialSuccess(rejected, message));
  return respondJson(200, {
    partialSuccess: { rejectedLogRecords: String(rejected), errorMessage: message },
  });
}

/** Writes an error as a `google.rpc.Status`. */
export const respondOtlpError: ErrorForm = ({ status, headers, errorDescription }, request) => {
  const code = grpcCodes[status] ?? invalidArgument;
  const { headers: own, ...answer } =
    encodingOf(request.headers) === 'protobuf'
      ? respondProtobuf(status, encodeStatus(code, errorDescription))
      : respondJson(status, { code, message: errorDescription });
  return { ...answer, headers: { ...headers, ...own } };
};

function respondProtobuf(status: number, body: Buffer): Answer {
  return { status, headers: { 'content-type': 'application/x-protobuf' }, body };
}
