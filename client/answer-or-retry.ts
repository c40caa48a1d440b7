import { ConnectionFailed, type HttpAnswer } from './http-client.ts';
import type { Timing } from './timing.ts';

/** The last answer to a request, and its cost. */
export interface FinalAnswer {
  readonly answer: HttpAnswer;
  /** 1 where the first attempt was answered. */
  readonly attempts: number;
  /** The time that the last attempt took. */
  readonly milliseconds: number;
}

export interface RetryOptions {
  /** Repeats a request for at most this long; may be `Infinity`. */
  readonly retryForSeconds: number;
  /** Repeats it for this long while nothing listens at the address; by default as long as after any other failure. */
  readonly waitForStartSeconds?: number | undefined;
  readonly timing: Timing;
  /** Returns the milliseconds until the next attempt, after this many attempts, where the server names no time. */
  readonly backoff?: (attempts: number) => number;
  /** Once this signal is aborted, a request that fails is not repeated any more. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: ((failure: string) => void) | undefined;
}

/** The time for repeating a request is over. */
export class GaveUp extends Error {
  override readonly name: string = 'GaveUp';
}

/** Nothing listens at the address: most likely no pipeline is running there. */
export class NotRunning extends GaveUp {
  override readonly name = 'NotRunning';
}

const firstWaitMilliseconds = 50;
const maxWaitMilliseconds = 2_000;
const maxStartPollMilliseconds = 1_000;
/** The longest wait: even if the server names a later time, the client asks again after this one. */
const maxRetryAfterMilliseconds = 3_600_000;

/**
 * Repeats a request as a log shipper does: after a failed connection, 408, 429 and 5xx, after the time that
 * `retry-after` names or else one that doubles each time.
 * @throws NotRunning  nothing listens there `waitForStartSeconds` after the first attempt
 * @throws GaveUp      it still fails `retryForSeconds` after the first attempt, or the signal was aborted
 */
export async function answerOrRetry(
  attempt: () => Promise<HttpAnswer>,
  options: RetryOptions,
): Promise<FinalAnswer> {
  const { retryForSeconds, waitForStartSeconds, timing, backoff = doubling, signal, onRetry } = options;
  const firstStartedAt = timing.now();
  const isOver = () => signal?.aborted === true;
  let hasOnlyBeenRefused = true;
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

    hasOnlyBeenRefused &&= isFailure && outcome.isRefused;
    const failure = isFailure ? outcome.message : `the last answer was ${outcome.status}`;
    const cause = isFailure ? outcome : undefined;
    const since = timing.now() - firstStartedAt;
    // An overloaded server cannot want a repetition at once.
    let wait = (isFailure ? 0 : retryAfterMilliseconds(outcome)) || backoff(attempts);
    if (hasOnlyBeenRefused && waitForStartSeconds !== undefined && !isOver()) {
      const left = waitForStartSeconds * 1_000 - since;
      if (left <= 0) throw new NotRunning(failure, { cause });
      wait = Math.min(wait, left, maxStartPollMilliseconds);
    }
    if (!isOver() && since + wait <= retryForSeconds * 1_000) {
      onRetry?.(failure);
      await timing.wait(wait, signal);
      if (!isOver()) continue;
    }
    const times = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
    throw new GaveUp(`Gave up after ${times}: ${failure}`, { cause });
  }
}

function doubling(attempts: number): number {
  return Math.min(firstWaitMilliseconds * 2 ** (attempts - 1), maxWaitMilliseconds);
}

function isWorthRepeating(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Returns 0 where the header is absent. Compares a date with the server's own clock. */
function retryAfterMilliseconds({ headers }: HttpAnswer): number {
  const header = headers['retry-after'] ?? '';
  const milliseconds = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - Date.parse(headers.date ?? '');
  return milliseconds > 0 ? Math.min(milliseconds, maxRetryAfterMilliseconds) : 0;
}
