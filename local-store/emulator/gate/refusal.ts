/** What the emulator answers in place of a function; `handlers/error-codes.ts` has the same codes, and a test compares them. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly errorCode: 'ING_1000' | 'QRY_1000' | 'API_1004';
  readonly errorCategory: 'VALIDATION' | 'ACCESS';
  readonly errorDescription: string;
}

/** The request cannot be understood; the code is that of its route. */
export function invalid(isIngest: boolean, errorDescription: string): Refusal {
  const errorCode = isIngest ? 'ING_1000' : 'QRY_1000';
  return { status: 400, errorCode, errorCategory: 'VALIDATION', errorDescription };
}

/** The request is understood, and nobody may send it. */
export function forbidden(errorDescription: string): Refusal {
  return { status: 403, errorCode: 'API_1004', errorCategory: 'ACCESS', errorDescription };
}
