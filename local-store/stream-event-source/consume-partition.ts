import { backoffMilliseconds, pause } from './backoff.ts';
import { batchesOf, lanesOf, maxBatchBytes } from './batches.ts';
import { deliver } from './deliver.ts';
import { gather } from './gather.ts';
import type { SourceContext } from './source-context.ts';
import { Watermark } from './watermark.ts';

/**
 * Reads one partition from where its consumer was, batch after batch, until the source is stopping. Trouble with the
 * log is logged and tried again; this never rejects.
 */
export async function consumePartition(partition: number, context: SourceContext): Promise<void> {
  const { stream, consumer, logger, stopping } = context;
  for (let failures = 0; !stopping.aborted;) {
    try {
      await consumeOnce(partition, context);
      failures = 0;
    } catch (error) {
      failures += 1;
      logger.error('The stream could not be read and is tried again.', {
        stream: stream.name,
        consumer,
        partition,
        failures,
        error,
      });
      await pause(backoffMilliseconds(failures, context.random), context);
    }
  }
}

/**
 * Takes what there is, as much as all lanes can have at once, and ends when all of it is done. That the fastest lane
 * waits for the slowest one keeps what must be delivered again after a crash to this much.
 */
async function consumeOnce(partition: number, context: SourceContext): Promise<void> {
  const { stream, consumer, settings } = context;
  const laneCount = settings.parallelizationFactor;
  const batchLimits = { maxRecords: settings.batchSize, maxBytes: maxBatchBytes };
  const limits = { maxRecords: settings.batchSize * laneCount, maxBytes: maxBatchBytes * laneCount };
  const records = await gather(partition, stream.position(consumer, partition), limits, context);
  const watermark = new Watermark(records);
  const runLane = async (lane: typeof records) => {
    for (const batch of batchesOf(lane, batchLimits)) {
      await deliver(
        partition,
        batch,
        async (done) => {
          const sequence = watermark.markDone(done);
          if (sequence !== undefined) await saveCheckpoint(partition, sequence, context);
        },
        context,
      );
    }
  };
  await Promise.all(lanesOf(records, laneCount).map(runLane));
  const isFull = records.length === limits.maxRecords;
  if (!isFull && context.restMilliseconds > 0) await pause(context.restMilliseconds, context);
}

/** Until it is written; when the source is stopping once, and what it stood for is then delivered again. */
async function saveCheckpoint(partition: number, sequence: number, context: SourceContext): Promise<void> {
  const { stream, consumer, logger, stopping } = context;
  for (let failures = 1; ; failures += 1) {
    try {
      return await stream.checkpoint(consumer, partition, sequence);
    } catch (error) {
      logger.error('A checkpoint could not be written.', {
        stream: stream.name,
        consumer,
        partition,
        sequence,
        failures,
        error,
      });
    }
    if (stopping.aborted) return;
    await pause(backoffMilliseconds(failures, context.random), context);
  }
}
