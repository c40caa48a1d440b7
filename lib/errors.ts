/**
 * The failures of the pipeline, one class each. They know nothing of HTTP: only `handlers/http/respond.ts` turns them into
 * responses.
 */

/** A reason why something is not valid. */
export interface FieldProblem {
  /** The field that is not valid; absent if the problem is not in one field. */
  readonly field?: string;
  readonly reason: string;
}

/** A problem of a request, at a place that its sender can find. */
export interface Problem extends FieldProblem {
  /** Position in the batch, from 0; absent if the problem is not in an entry. */
  readonly index?: number;
}

/** The request breaks the contract. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}

/** The batch has no entries, not even rejected ones. */
export class EmptyBatch extends InvalidRequest {
  constructor() {
    super('A batch needs at least one entry.');
  }
}

/** The batch has more decompressed bytes, or more entries, than it may have. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';

  constructor(max: number, unit: 'bytes' | 'entries' = 'bytes') {
    super(`The batch has more than ${max} ${unit}; send it in several batches.`);
  }
}

/** The media type or content encoding is not supported. */
export class UnsupportedMedia extends Error {
  override readonly name = 'UnsupportedMedia';
}

/** The idempotency key belongs to a batch with another payload. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';

  constructor() {
    super('This idempotency key was used for another payload; that batch is unchanged.');
  }
}

/** The customer has no batch with this id. */
export class NoSuchBatch extends Error {
  override readonly name = 'NoSuchBatch';

  constructor() {
    super('You have no batch of this id.');
  }
}

/** No route has this path. */
export class NoSuchRoute extends Error {
  override readonly name = 'NoSuchRoute';
}

/** The route does not support this method. */
export class MethodNotAllowed extends Error {
  override readonly name = 'MethodNotAllowed';
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super(`This route only supports ${allowed.join(', ')}.`);
    this.allowed = allowed;
  }
}

/** The caller's API key is valid but does not allow this request. */
export class MissingScope extends Error {
  override readonly name = 'MissingScope';

  /** @param oneOf  the scopes, of which the key needs one */
  constructor(oneOf: readonly string[]) {
    const scopes = oneOf.map((scope) => `"${scope}"`).join(' or ');
    super(`This API key does not have the scope ${scopes}. Ask for a key that has it.`);
  }
}

/** The caller holds a share link, which only reads the counts of its customer. */
export class LinkOnlyReads extends Error {
  override readonly name = 'LinkOnlyReads';

  constructor() {
    super('A share link can only read the counts of its customer. This needs more than a link.');
  }
}

/** The share link is not valid, or not any more. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';

  constructor(reason: 'expired' | 'invalid') {
    super(
      reason === 'expired'
        ? 'This share link has expired. Ask its sender for a new one.'
        : 'This share link is not valid, or was ended. Ask its sender for a new one.',
    );
  }
}

/** No share link can be made here, or with this API key. */
export class LinkNotMade extends Error {
  override readonly name = 'LinkNotMade';
}

/**
 * The caller is not known because API keys cannot be looked up now. Nothing was done, so it is safe to repeat the
 * call.
 */
export class CallerUnknown extends Error {
  override readonly name = 'CallerUnknown';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('The API key cannot be looked up now. It is safe to repeat the request as it is.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * The store or the stream is not available now. As far as is known nothing was lost; it is safe to repeat the call.
 */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/**
 * The customer has used up its own budget for now; other customers are not affected. It is safe to repeat the call.
 */
export class BudgetUsedUp extends Error {
  override readonly name = 'BudgetUsedUp';
  readonly retryAfterSeconds: number;

  /** @param retryAfterSeconds  time until some of the customer's backlog should be counted */
  constructor(message: string, retryAfterSeconds = 5) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The disk, or its quota, is full except for the reserve for counting. It is safe to repeat the call later. */
export class QuotaExceeded extends Error {
  override readonly name = 'QuotaExceeded';
}

/** The condition of a write did not hold; nothing was changed. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
}

/** Stored data cannot be read: it is damaged, or a newer version of this program wrote it. */
export class UnreadableFormat extends Error {
  override readonly name: string = 'UnreadableFormat';
}

/**
 * A newer version of this program wrote the data. A function of that version can read it, so it is retried and never
 * becomes a failed record: during a rolling deployment both versions run.
 */
export class NewerFormat extends UnreadableFormat {
  override readonly name = 'NewerFormat';
}

/** Returns the newer format that an error is about, itself or by its causes; `undefined` if there is none. */
export function newerFormatIn(error: unknown): NewerFormat | undefined {
  if (error instanceof NewerFormat) return error;
  return error instanceof Error ? newerFormatIn(error.cause) : undefined;
}

/** Counts would no longer be exact: a sum exceeds 2^53 − 1. Real traffic cannot come near it. */
export class CountsTooLarge extends Error {
  override readonly name = 'CountsTooLarge';

  constructor() {
    super('A window would have more requests than can be counted exactly, so a count in it is wrong.');
  }
}
