import { eachConcurrently } from '../pipeline-client/each-concurrently.ts';
import {
  openPipeline,
  type Batch,
  type PipelineOptions,
  type SendOutcome,
} from '../pipeline-client/open-pipeline.ts';

export interface SendReporter {
  /** Called once for each batch, when it is answered. */
  sent(batch: Batch, outcome: SendOutcome): void;
}

/**
 * Sends batches that do not depend on one another, so many at a time, each until it is answered. A batch is only asked
 * for when there is a place for it.
 * @throws BatchRefused  the pipeline will not take a batch; no more are sent
 * @throws GaveUp        a batch got no answer, or only trouble, for too long; no more are sent
 */
export async function sendBatches(
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: PipelineOptions,
  reporter: SendReporter,
): Promise<void> {
  const pipeline = openPipeline(options);
  try {
    await eachConcurrently(batches, options.concurrency, async (batch) => {
      reporter.sent(batch, await pipeline.send(batch));
    });
  } finally {
    pipeline.close();
  }
}
