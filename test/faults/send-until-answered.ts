import { answerOrRetry, type FinalAnswer } from '../../client/answer-or-retry.ts';
import type { HttpAnswer } from '../../client/http-client.ts';
import type { Timing } from '../../client/timing.ts';

/** Time for which a batch is repeated: far longer than a restart takes. */
const retryForSeconds = 120;

/**
 * Sends a batch like a log shipper that keeps it until it has an answer; but the only failure allowed is 503.
 * @throws GaveUp  there was never an answer
 */
export function sendUntilAnswered(
  batchId: string,
  post: () => Promise<HttpAnswer>,
  timing: Timing,
): Promise<FinalAnswer> {
  const attempt = async () => {
    const answer = await post();
    if (answer.status >= 500 && answer.status !== 503) {
      throw new Error(`${batchId} was answered with ${answer.status}: ${answer.body.toString()}`);
    }
    return answer;
  };
  return answerOrRetry(attempt, { retryForSeconds, timing });
}
