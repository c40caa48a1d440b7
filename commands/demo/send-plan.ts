import { eachConcurrently } from '../../client/each-concurrently.ts';
import type { DemoPipelines } from './open-pipelines.ts';
import type { DemoPlan } from './plan.ts';

export interface SendPlanOptions {
  readonly pipelines: DemoPipelines;
  /** Once this signal is aborted, no more batches are sent. */
  readonly signal: AbortSignal;
  readonly onAnswer: () => void;
}

/** The answers to the batches. */
export interface Answers {
  readonly accepted: number;
  readonly duplicates: number;
}

const concurrency = 8;

/**
 * Sends the whole plan in its order, several batches at a time.
 * @throws RequestRefused, GaveUp
 */
export async function sendPlan(
  plan: DemoPlan,
  { pipelines, signal, onAnswer }: SendPlanOptions,
): Promise<Answers> {
  let [accepted, duplicates] = [0, 0];
  await eachConcurrently(plan.deliveries, concurrency, async ({ customer, batch }) => {
    if (signal.aborted) return;
    const outcome = await pipelines.of(customer).send(batch);
    if (outcome === 'accepted') accepted += 1;
    if (outcome === 'duplicate') duplicates += 1;
    onAnswer();
  });
  return { accepted, duplicates };
}
