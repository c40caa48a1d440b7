import {
  BatchTooLarge,
  CallerUnknown,
  BudgetUsedUp,
  IdempotencyKeyReused,
  InvalidRequest,
  LinkNotMade,
  LinkOnlyReads,
  LinkRefused,
  MethodNotAllowed,
  MissingScope,
  NoSuchBatch,
  NoSuchRoute,
  QuotaExceeded,
  Unavailable,
  UnsupportedMedia,
  type Problem,
} from '../../lib/errors.ts';
import { errorCodes, type ErrorCode } from './error-codes.ts';

/** An answer before the request id is added to it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Present on an answer that reports an error. */
  readonly errorCode?: ErrorCode;
}

/** An answer whose body is text. */
export interface TextAnswer extends Answer {
  readonly body: string;
}

/** An answer that reports an error. */
export interface ErrorAnswer extends TextAnswer {
  readonly errorCode: ErrorCode;
  /** The sentence in the body that says what is wrong. */
  readonly errorDescription: string;
  /** The problems of a request that is not valid, as far as they are known. */
  readonly problems: readonly Problem[];
}

/** Time after which a client should repeat a request that we cannot take. */
const retryAfterSeconds = 1;
/** A full disk stays full until somebody, or the retention, frees space. */
const quotaRetryAfterSeconds = 10;

export function respondJson(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): TextAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Creates the answer of an error in the form of the contract; `more` adds members to the body. */
export function respondError(
  errorCode: ErrorCode,
  requestId: string,
  errorDescription: string,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): ErrorAnswer {
  const { status, category } = errorCodes[errorCode];
  const body = { requestId, errorCategory: category, errorCode, errorDescription, ...more };
  return { ...respondJson(status, body, headers), errorCode, errorDescription, problems: [] };
}

/**
 * Returns the answer to a failed request. This is the only place where failures become HTTP. Unexpected faults are
 * answered with 503, like all trouble on our side, because all log shippers retry that status; only the log says what
 * happened.
 * @param invalidRequestCode  the route's own code for a request that is not valid
 */
export function respondToFailure(
  failure: unknown,
  requestId: string,
  invalidRequestCode: 'ING_1000' | 'QRY_1000',
): ErrorAnswer {
  if (failure instanceof InvalidRequest) {
    const details = failure.problems.length > 0 ? { details: failure.problems } : {};
    const answer = respondError(invalidRequestCode, requestId, failure.message, details);
    return { ...answer, problems: failure.problems };
  }
  if (failure instanceof BatchTooLarge) return respondError('ING_1003', requestId, failure.message);
  if (failure instanceof UnsupportedMedia) return respondError('ING_1004', requestId, failure.message);
  if (failure instanceof IdempotencyKeyReused) return respondError('ING_1002', requestId, failure.message);
  if (failure instanceof NoSuchBatch) return respondError('QRY_1001', requestId, failure.message);
  if (failure instanceof NoSuchRoute) return respondError('API_1000', requestId, failure.message);
  if (failure instanceof MethodNotAllowed) {
    return respondError('API_1001', requestId, failure.message, {}, { allow: failure.allowed.join(', ') });
  }
  if (failure instanceof MissingScope || failure instanceof LinkOnlyReads) {
    return respondError('API_1006', requestId, failure.message);
  }
  if (failure instanceof LinkRefused) return respondError('API_1011', requestId, failure.message);
  if (failure instanceof LinkNotMade) return respondError('API_1012', requestId, failure.message);
  if (failure instanceof BudgetUsedUp || failure instanceof CallerUnknown) {
    const errorCode = failure instanceof CallerUnknown ? 'API_1002' : 'API_1005';
    const headers = { 'retry-after': String(failure.retryAfterSeconds) };
    return respondError(errorCode, requestId, failure.message, {}, headers);
  }
  if (failure instanceof QuotaExceeded) {
    const headers = { 'retry-after': String(quotaRetryAfterSeconds) };
    return respondError('API_1007', requestId, failure.message, {}, headers);
  }
  const [errorCode, description] =
    failure instanceof Unavailable
      ? (['API_1002', 'The request cannot be taken now. It is safe to repeat it as it is.'] as const)
      : ([
          'API_1003',
          'Something went wrong on our side. It is safe to repeat the request as it is.',
        ] as const);
  return respondError(errorCode, requestId, description, {}, { 'retry-after': String(retryAfterSeconds) });
}
