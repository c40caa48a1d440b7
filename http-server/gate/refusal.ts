/**
 * An answer of the server in place of a function's; `handlers/http/error-codes.ts` has the same codes, and a test
 * compares them.
 */
export interface Refusal {
  readonly status: 400 | 403 | 408 | 413 | 503;
  readonly errorCode: 'ING_1000' | 'QRY_1000' | 'ING_1003' | 'API_1002' | 'API_1004' | 'API_1008';
  readonly errorCategory: 'VALIDATION' | 'ACCESS' | 'LIMIT' | 'AVAILABILITY';
  readonly errorDescription: string;
  /** Seconds after which the same request may be accepted. */
  readonly retryAfterSeconds?: number;
}

/** Refuses a request that cannot be understood; the code is that of its route. */
export function invalid(isIngest: boolean, errorDescription: string): Refusal {
  const errorCode = isIngest ? 'ING_1000' : 'QRY_1000';
  return { status: 400, errorCode, errorCategory: 'VALIDATION', errorDescription };
}

/** Refuses a request that nobody may send. */
export function forbidden(errorDescription: string): Refusal {
  return { status: 403, errorCode: 'API_1004', errorCategory: 'ACCESS', errorDescription };
}

/** Refuses a body that is too large. */
export function tooLarge(maxBytes: number): Refusal {
  const errorDescription = `The body is larger than ${maxBytes} bytes. Send smaller batches.`;
  return { status: 413, errorCode: 'ING_1003', errorCategory: 'LIMIT', errorDescription };
}

/** Refuses a request because too many are under way. */
export function overloaded(): Refusal {
  return {
    status: 503,
    errorCode: 'API_1002',
    errorCategory: 'AVAILABILITY',
    errorDescription: 'The request cannot be taken now. It is safe to repeat it as it is.',
    retryAfterSeconds: 1,
  };
}

/** Refuses a request that arrived too slowly. */
export function tooSlow(): Refusal {
  return {
    status: 408,
    errorCode: 'API_1008',
    errorCategory: 'LIMIT',
    errorDescription: 'The request did not arrive in time. It is safe to repeat it as it is.',
  };
}
