/**
 * All errors that functions answer, by stable code. docs/reference/errors.md has the same table, and a test compares
 * them.
 */
export const errorCodes = {
  ING_1000: { status: 400, category: 'VALIDATION', meaning: 'the batch is not valid; nothing is stored' },
  ING_1001: {
    status: 409,
    category: 'CONFLICT',
    meaning: 'the same key with the same body again; it is counted once',
  },
  ING_1002: { status: 422, category: 'CONFLICT', meaning: 'the same key with another body; nothing changes' },
  ING_1003: { status: 413, category: 'LIMIT', meaning: 'the batch is too large' },
  ING_1004: {
    status: 415,
    category: 'VALIDATION',
    meaning: 'a media type or content encoding that is not supported',
  },
  QRY_1000: {
    status: 400,
    category: 'VALIDATION',
    meaning: 'a parameter, a header or the body of the request is not valid',
  },
  QRY_1001: { status: 404, category: 'NOT_FOUND', meaning: 'the customer has no such batch' },
  API_1000: { status: 404, category: 'ROUTING', meaning: 'there is no such route' },
  API_1001: { status: 405, category: 'ROUTING', meaning: 'the route has other methods; `allow` names them' },
  API_1002: {
    status: 503,
    category: 'AVAILABILITY',
    meaning: 'the store or the stream cannot take the request now; repeat it',
  },
  API_1003: {
    status: 503,
    category: 'AVAILABILITY',
    meaning: 'something unexpected went wrong in the pipeline; repeat the request',
  },
  API_1004: {
    status: 403,
    category: 'ACCESS',
    meaning: 'laptop and cluster form: a Host or an Origin that is not allowed',
  },
  API_1005: {
    status: 503,
    category: 'AVAILABILITY',
    meaning: 'this customer’s own budget is used up, and others are not affected; repeat the request later',
  },
  API_1006: {
    status: 403,
    category: 'ACCESS',
    meaning: 'the API key does not have the scope for this, or a share link cannot do it',
  },
  API_1007: {
    status: 503,
    category: 'AVAILABILITY',
    meaning: 'the disk or its quota is used up, and no new batch is accepted; repeat it later',
  },
  API_1008: {
    status: 408,
    category: 'LIMIT',
    meaning: 'laptop and cluster form: the request was sent too slowly; repeat it',
  },
  API_1009: { status: 401, category: 'ACCESS', meaning: 'cluster form: the request has no API key' },
  API_1010: {
    status: 403,
    category: 'ACCESS',
    meaning: 'cluster form: the API key is unknown, revoked or expired',
  },
  API_1011: { status: 403, category: 'ACCESS', meaning: 'the share link is not valid, or has ended' },
  API_1012: {
    status: 403,
    category: 'ACCESS',
    meaning: 'no share link can be made here, or with this API key; the description says why',
  },
} as const satisfies Record<string, ErrorKind>;

interface ErrorKind {
  readonly status: number;
  readonly category:
    | 'VALIDATION'
    | 'CONFLICT'
    | 'LIMIT'
    | 'NOT_FOUND'
    | 'ROUTING'
    | 'AVAILABILITY'
    | 'ACCESS';
  readonly meaning: string;
}

export type ErrorCode = keyof typeof errorCodes;
