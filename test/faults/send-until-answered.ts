import { answerOrRetry, type FinalAnswer } from '../../client/answer-or-retry.ts';
import type { HttpAnswer } from '../../client/http-client.ts';
import type { Timing } from '../../client/timing.ts';

/** How long a batch is repeated: far longer than a restart takes. */
const retryForSeconds = 120;

/**
 * As a log shipper does, which keeps a batch until it has an answer; but 503 is the only trouble that it may be told of.
 * @throws GaveUp  it never was
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
