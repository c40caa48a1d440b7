import { eachConcurrently } from '../pipeline-client/each-concurrently.ts';
import { openPipeline, type Pipeline } from '../pipeline-client/open-pipeline.ts';
import type { DemoPlan } from './plan.ts';

export interface SendPlanOptions {
  readonly url: URL;
  /** Once it is aborted, no more are sent. */
  readonly signal: AbortSignal;
  readonly onAnswer: () => void;
}

/** How the batches were answered. */
export interface Answers {
  readonly accepted: number;
  readonly duplicates: number;
}

const concurrency = 8;
const retryForSeconds = 60;

/**
 * Sends all of the plan in its order, several batches at a time: each customer's by a log shipper of its own.
 * @throws BatchRefused, GaveUp
 */
export async function sendPlan(plan: DemoPlan, { url, signal, onAnswer }: SendPlanOptions): Promise<Answers> {
  const pipelines = new Map<string, Pipeline>();
  for (const { customer } of plan.customers) {
    const pipeline = openPipeline({ url, customerId: customer.id, concurrency, retryForSeconds, signal });
    pipelines.set(customer.id, pipeline);
  }
  let [accepted, duplicates] = [0, 0];
  try {
    await eachConcurrently(plan.deliveries, concurrency, async ({ customer, batch }) => {
      if (signal.aborted) return;
      const outcome = await pipelines.get(customer.id)?.send(batch);
      if (outcome === 'accepted') accepted += 1;
      if (outcome === 'duplicate') duplicates += 1;
      onAnswer();
    });
  } finally {
    for (const pipeline of pipelines.values()) pipeline.close();
  }
  return { accepted, duplicates };
}
