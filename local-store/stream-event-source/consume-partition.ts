import type { LoggedRecord } from '../local-stream.ts';
import { backoffMilliseconds } from '../../lib/backoff.ts';
import { pause, sourceBackoff } from '../../event-source/backoff.ts';
import { batchesOf, lanesOf, maxBatchBytes } from '../../event-source/stream/batches.ts';
import { deliver, untried, type Delivery, type Part, type Start } from '../../event-source/stream/deliver.ts';
import { gather } from './gather.ts';
import { IsolatedDeliveries } from '../../event-source/stream/isolated-deliveries.ts';
import { Slots } from '../../event-source/stream/slots.ts';
import type { SourceContext } from './source-context.ts';

/**
 * Most windows of one invocation: each is a file to read and to write, and new records wait for all of them. (64 take
 * some 50 ms here, beside seven other partitions; an invocation itself takes 1 ms.)
 */
const maxWindows = 64;

const atOnce: Start = { failures: 0, inMilliseconds: 0 };

/** State that the deliveries of one partition share. */
interface PartitionState {
  readonly isolated: IsolatedDeliveries;
  readonly slots: Slots;
}

/**
 * Reads one partition from the consumer's position, batch after batch, until the source is stopping. Failures of the
 * log are logged and retried; this never rejects.
 */
export async function consumePartition(partition: number, context: SourceContext): Promise<void> {
  const { stream, consumer, logger, stopping, settings } = context;
  const state = { isolated: new IsolatedDeliveries(), slots: new Slots(settings.parallelizationFactor) };
  for (let failures = 0; !stopping.aborted;) {
    try {
      await consumeOnce(partition, state, context);
      failures = 0;
    } catch (error) {
      failures += 1;
      logger.error('The stream could not be read; this is tried again.', {
        stream: stream.name,
        consumer,
        partition,
        failures,
        error,
      });
      await pause(backoffMilliseconds(failures, sourceBackoff, context.random), context);
    }
  }
  await state.isolated.ended();
}

/**
 * Takes as many records as all lanes can have at once, and ends when all of them are done, except for customers whose
 * records fail: those are delivered separately while all others continue. The fastest lane waits for the slowest one,
 * which limits what must be delivered again after a crash to this number.
 */
async function consumeOnce(partition: number, state: PartitionState, context: SourceContext): Promise<void> {
  const { settings } = context;
  const laneCount = settings.parallelizationFactor;
  const batchLimits = { maxRecords: settings.batchSize, maxBytes: maxBatchBytes };
  const limits = {
    maxRecords: settings.batchSize * laneCount,
    maxBytes: maxBatchBytes * laneCount,
    maxWindows: maxWindows * laneCount,
  };
  const { records, isFull } = await gather(partition, limits, context);
  const runLane = async (lane: readonly LoggedRecord[]) => {
    await deliverParts(batchesOf(lane, batchLimits).map(untried), atOnce, partition, state, context);
  };
  await Promise.all(lanesOf(records, laneCount).map(runLane));
  if (!isFull && context.restMilliseconds > 0) await pause(context.restMilliseconds, context);
}

/** Delivers the parts, and releases unfinished records when the source is stopping. */
async function deliverParts(
  parts: readonly Part[],
  start: Start,
  partition: number,
  state: PartitionState,
  context: SourceContext,
): Promise<void> {
  const { stream, consumer } = context;
  const unfinished = new Set(parts.flatMap(({ records }) => records.map(({ sequence }) => sequence)));
  const delivery: Delivery = {
    partition,
    run: (invoke) => state.slots.run(invoke),
    async onDone(records) {
      const sequences = records.map(({ sequence }) => sequence);
      if (!(await finish(partition, sequences, context))) return;
      for (const sequence of sequences) unfinished.delete(sequence);
    },
    isolate(apart, itsStart) {
      if (start !== atOnce) return false; // these are separate already
      const run = () => deliverParts(apart, itsStart, partition, state, context);
      if (!state.isolated.start(run)) return false;
      for (const { records } of apart) for (const { sequence } of records) unfinished.delete(sequence);
      return true;
    },
  };
  try {
    await deliver(parts, start, delivery, context);
  } finally {
    stream.release(consumer, partition, [...unfinished]);
  }
}

/**
 * Stores a checkpoint, and retries until it succeeds; only once if the source is stopping: false means that the
 * records are delivered again.
 */
async function finish(
  partition: number,
  sequences: readonly number[],
  context: SourceContext,
): Promise<boolean> {
  const { stream, consumer, logger, stopping } = context;
  for (let failures = 1; ; failures += 1) {
    try {
      await stream.finish(consumer, partition, sequences);
      return true;
    } catch (error) {
      logger.error('A checkpoint could not be written.', {
        stream: stream.name,
        consumer,
        partition,
        sequence: sequences.at(-1),
        failures,
        error,
      });
    }
    if (stopping.aborted) return false;
    await pause(backoffMilliseconds(failures, sourceBackoff, context.random), context);
  }
}
