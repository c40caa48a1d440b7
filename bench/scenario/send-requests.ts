import pMap from 'p-map';
import { answerOrRetry, type FinalAnswer } from '../../client/answer-or-retry.ts';
import type { PipelineClient } from './pipeline-client.ts';
import type { PlannedRequest, ScenarioPlan } from './plan.ts';
import type { Timing } from '../../client/timing.ts';

export interface SendOptions {
  /** Requests at a time. */
  readonly concurrency: number;
  readonly retryForSeconds: number;
  readonly timing: Timing;
  readonly onAnswer: (answered: number) => void;
}

export interface AnsweredRequest extends FinalAnswer {
  readonly request: PlannedRequest;
}

/**
 * Sends all requests of the plan in order, several at a time; a repeat waits for the answer to its original.
 * @throws GaveUp  a request was not answered for too long; running ones are awaited, and no more are sent
 */
export async function sendRequests(
  { batches, requests }: ScenarioPlan,
  client: PipelineClient,
  { concurrency, onAnswer, ...retry }: SendOptions,
): Promise<AnsweredRequest[]> {
  const originals = new Map<number, Promise<FinalAnswer>>();
  let answered = 0;

  return pMap(
    requests,
    async (request) => {
      const batch = batches[request.batch];
      if (batch === undefined) throw new RangeError(`The plan has no batch ${request.batch}.`);
      // The original started earlier, so it does not wait for a free slot.
      await originals.get(request.batch);
      const sending = answerOrRetry(() => client.sendBatch(batch), retry);
      if (!request.isRepeat) originals.set(request.batch, sending);
      const answer = await sending;
      answered += 1;
      onAnswer(answered);
      return { ...answer, request };
    },
    { concurrency },
  );
}
