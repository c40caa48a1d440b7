/**
 * An answer of the server in place of a function's; `handlers/http/error-codes.ts` has the same codes, and a test
 * compares them.
 */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 408 | 413 | 503;
  readonly errorCode:
    | 'ING_1000'
    | 'QRY_1000'
    | 'ING_1003'
    | 'API_1002'
    | 'API_1004'
    | 'API_1008'
    | 'API_1009'
    | 'API_1010'
    | 'API_1011';
  readonly errorCategory: 'VALIDATION' | 'ACCESS' | 'LIMIT' | 'AVAILABILITY';
  readonly errorDescription: string;
  /** Seconds after which the same request may be accepted. */
  readonly retryAfterSeconds?: number;
  /** The scheme by which a client has to say who it is. */
  readonly authenticateBy?: 'Bearer';
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

/**
 * Refuses a request that has no API key.
 * @param header  the header in which the route expects it
 */
export function withoutKey(header = 'authorization'): Refusal {
  const sentAs = header === 'authorization' ? 'authorization: Bearer <key>' : `${header}: <key>`;
  return {
    status: 401,
    errorCode: 'API_1009',
    errorCategory: 'ACCESS',
    errorDescription: `An API key is required. Send it as "${sentAs}".`,
    authenticateBy: 'Bearer',
  };
}

/** Refuses a request whose share link is not valid, or not any more. */
export function linkNotValid(): Refusal {
  return {
    status: 403,
    errorCode: 'API_1011',
    errorCategory: 'ACCESS',
    errorDescription: 'This share link is not valid, has expired or was ended. Ask its sender for a new one.',
  };
}

/** Refuses a request whose API key is not valid, or not any more. */
export function keyNotValid(): Refusal {
  return {
    status: 403,
    errorCode: 'API_1010',
    errorCategory: 'ACCESS',
    errorDescription: 'The API key is unknown, revoked or expired. Ask the operator for another one.',
  };
}
