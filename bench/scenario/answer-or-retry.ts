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

/** A request was repeated until the time for that was over. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

const firstWaitMilliseconds = 50;
const maxWaitMilliseconds = 2_000;

/**
 * Repeats a request as a log shipper does: after a failed connection, 408, 429 and 5xx, after the time that
 * `retry-after` names or else one that doubles each time.
 * @throws GaveUp  it is still so `retryForSeconds` after the first attempt
 */
export async function answerOrRetry(
  attempt: () => Promise<HttpAnswer>,
  { retryForSeconds, timing }: { readonly retryForSeconds: number; readonly timing: Timing },
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

    const backoff = Math.min(firstWaitMilliseconds * 2 ** (attempts - 1), maxWaitMilliseconds);
    const wait = isFailure ? backoff : (retryAfterMilliseconds(outcome) ?? backoff);
    if (timing.now() + wait > deadline) {
      const last = isFailure ? outcome.message : `the last answer was ${outcome.status}`;
      throw new GaveUp(`Gave up after ${attempts} attempts: ${last}`, {
        cause: isFailure ? outcome : undefined,
      });
    }
    await timing.wait(wait);
  }
}

function isWorthRepeating(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** `undefined` where there is none, or one that is a date. */
function retryAfterMilliseconds({ headers }: HttpAnswer): number | undefined {
  const header = headers['retry-after'];
  return header !== undefined && /^\d+$/.test(header) ? Number(header) * 1_000 : undefined;
}
