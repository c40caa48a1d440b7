/**
 * The failures that the pipeline tells apart, a class each. They know nothing of HTTP: `handlers/http/respond.ts` alone
 * turns them into responses.
 */

/** One thing that is wrong with a request, at a place that its sender can find. */
export interface Problem {
  /** Position in the batch, from 0; absent where the problem is not one entry's. */
  readonly index?: number;
  readonly field?: string;
  readonly reason: string;
}

/** The request is not what the contract asks for. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}

/** The body is larger than `maxBytes` once it is decompressed. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The batch is larger than ${maxBytes} bytes.`);
    this.maxBytes = maxBytes;
  }
}

/** A media type or a content encoding that nobody here can read. */
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

/** The customer has no batch of this id. */
export class NoSuchBatch extends Error {
  override readonly name = 'NoSuchBatch';

  constructor() {
    super('You have no batch of this id.');
  }
}

/** Nothing is served at this path. */
export class NoSuchRoute extends Error {
  override readonly name = 'NoSuchRoute';
}

/** Something is served at this path, by other methods. */
export class MethodNotAllowed extends Error {
  override readonly name = 'MethodNotAllowed';
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super(`This route has the method ${allowed.join(', ')} only.`);
    this.allowed = allowed;
  }
}

/** The caller's API key is good, and does not allow this. */
export class MissingScope extends Error {
  override readonly name = 'MissingScope';

  /** @param oneOf  the scopes of which one would do */
  constructor(oneOf: readonly string[]) {
    const scopes = oneOf.map((scope) => `"${scope}"`).join(' or ');
    super(`This API key does not have the scope ${scopes}. Ask for a key that has it.`);
  }
}

/** It is not known now who asks: API keys cannot be looked up. Nothing was done, and the same call may be repeated. */
export class CallerUnknown extends Error {
  override readonly name = 'CallerUnknown';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('The API key cannot be looked up now. It is safe to repeat the request as it is.');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The store or the stream cannot do it now. Nothing is known to be lost; the same call may be repeated. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** The customer has used up its own budget for now; others have theirs. The same call may be repeated. */
export class BudgetUsedUp extends Error {
  override readonly name = 'BudgetUsedUp';
  readonly retryAfterSeconds: number;

  /** @param retryAfterSeconds  by then some of what waits for the customer should be counted */
  constructor(message: string, retryAfterSeconds = 5) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The disk, or the quota of it, is used up but for what counting takes. The same call may be repeated later. */
export class QuotaExceeded extends Error {
  override readonly name = 'QuotaExceeded';
}

/** A conditional write found something else than it expected; nothing was changed. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
}

/** What is stored cannot be understood: damaged, or written by a newer version of this program. */
export class UnreadableFormat extends Error {
  override readonly name: string = 'UnreadableFormat';
}

/**
 * A newer version of this program wrote it. A function of that version can read it, so it is tried again and never given
 * up: during a rolling deployment both versions run.
 */
export class NewerFormat extends UnreadableFormat {
  override readonly name = 'NewerFormat';
}

/** Counts would no longer be exact: a sum is beyond 2^53 − 1. Real traffic cannot come near it. */
export class CountsTooLarge extends Error {
  override readonly name = 'CountsTooLarge';

  constructor() {
    super('A window would have more requests than can be counted exactly, so a count in it is wrong.');
  }
}
