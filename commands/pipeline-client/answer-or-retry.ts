import { ConnectionFailed, type HttpAnswer } from './http-client.ts';
import type { Timing } from './timing.ts';

/** An answer that stands, and what it took. */
export interface FinalAnswer {
  readonly answer: HttpAnswer;
  /** 1 where the first attempt was answered. */
  readonly attempts: number;
  /** Of the last attempt. */
  readonly milliseconds: number;
}

export interface RetryOptions {
  /** How long a request is repeated; may be `Infinity`. */
  readonly retryForSeconds: number;
  readonly timing: Timing;
  /** Milliseconds until the next attempt, after so many, where the server names no time. */
  readonly backoff?: (attempts: number) => number;
  /** Once it is aborted, what fails is not repeated any more. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: (failure: string) => void;
}

/** A request was repeated until the time for that was over. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

const firstWaitMilliseconds = 50;
const maxWaitMilliseconds = 2_000;
/** Who asks for more is asked again all the same. */
const maxRetryAfterMilliseconds = 3_600_000;

/**
 * Repeats a request as a log shipper does: after a failed connection, 408, 429 and 5xx, after the time that
 * `retry-after` names or else one that doubles each time.
 * @throws GaveUp  it is still so `retryForSeconds` after the first attempt, or the signal was aborted
 */
export async function answerOrRetry(
  attempt: () => Promise<HttpAnswer>,
  { retryForSeconds, timing, backoff = doubling, signal, onRetry = () => {} }: RetryOptions,
): Promise<FinalAnswer> {
  const deadline = timing.now() + retryForSeconds * 1_000;
  for (let attempts = 1; ; attempts++) {
    const startedAt = timing.now();
    const outcome = await attempt().catch((error: unknown) => {
      if (error instanceof ConnectionFailed) return error;
      throw error;
    });
    const isFailure = outcome instanceof ConnectionFailed;
    if (!isFailure && !isWorthRepeating(outcome.status)) {
      return { answer: outcome, attempts, milliseconds: timing.now() - startedAt };
    }

    const failure = isFailure ? outcome.message : `the last answer was ${outcome.status}`;
    // "At once" is no time that an overloaded server can mean.
    const wait = (isFailure ? 0 : retryAfterMilliseconds(outcome)) || backoff(attempts);
    const isOver = () => signal?.aborted === true;
    if (!isOver() && timing.now() + wait <= deadline) {
      onRetry(failure);
      await timing.wait(wait, signal);
      if (!isOver()) continue;
    }
    throw new GaveUp(`Gave up after ${attempts} attempts: ${failure}`, {
      cause: isFailure ? outcome : undefined,
    });
  }
}

function doubling(attempts: number): number {
  return Math.min(firstWaitMilliseconds * 2 ** (attempts - 1), maxWaitMilliseconds);
}

function isWorthRepeating(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** 0 where there is none. A date is compared with the server's own. */
function retryAfterMilliseconds({ headers }: HttpAnswer): number {
  const header = headers['retry-after'] ?? '';
  const milliseconds = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - Date.parse(headers.date ?? '');
  return milliseconds > 0 ? Math.min(milliseconds, maxRetryAfterMilliseconds) : 0;
}
