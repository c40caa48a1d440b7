import type { LoggedRecord } from '../local-stream.ts';
import { backoffMilliseconds, pause } from './backoff.ts';
import { giveUp } from './give-up.ts';
import { kinesisStreamEvent } from './kinesis-event.ts';
import { reportedOutcome, type Outcome } from './outcome.ts';
import type { SourceContext } from './source-context.ts';

/** Told of records as soon as they are done, in order; awaited before the next invocation. */
export type OnDone = (records: readonly LoggedRecord[]) => Promise<void>;

/** Records that are delivered together. */
interface Part {
  readonly records: readonly LoggedRecord[];
  /** How many invocations had just these. */
  readonly invocations: number;
  /** For how long these were tried: see `FailedRecords`. */
  readonly triedMilliseconds: number;
}

/**
 * AWS lets none run for longer. What seems to have taken more was stopped meanwhile, or the machine was asleep, which is not
 * trying. (Of a back-off what counts is what it was to be, for the same reason.)
 */
const longestInvocationMilliseconds = 15 * 60 * 1000;

/**
 * Invokes the function with the batch and then, in order, with what is not done of it, until everything is done or the
 * source is stopping. A failing record is tried again, with back-off, until its attempts or its time are up and the
 * on-failure destination has it: nothing is dropped. Halving is no attempt, as on AWS; so what is given up stands alone
 * where batches are halved. Attempts and their time are counted from anew when the process has ended.
 */
export async function deliver(
  partition: number,
  batch: readonly LoggedRecord[],
  onDone: OnDone,
  context: SourceContext,
): Promise<void> {
  // One batch, or after it was halved several, in order.
  const left: Part[] = [untried(batch)];
  let failures = 0;
  for (let next = left.shift(); next !== undefined && !context.stopping.aborted; next = left.shift()) {
    const begunAt = context.timers.elapsed();
    const outcome = await invoke(partition, next.records, context);
    const took = Math.min(context.timers.elapsed() - begunAt, longestInvocationMilliseconds);
    const done = doneOf(outcome, next.records);
    if (done > 0) {
      failures = 0;
      await onDone(next.records.slice(0, done));
    }
    if (outcome.kind === 'done') continue;
    const rest = next.records.slice(done);
    if (outcome.kind === 'failed' && context.settings.bisectsOnError && rest.length > 1) {
      // Without waiting: halving ends by itself, and soon brings what is well past what isn't.
      const middle = Math.ceil(rest.length / 2);
      const halves = [rest.slice(0, middle), rest.slice(middle)];
      left.unshift(...halves.map(untried));
      report('halved', partition, rest, outcome.cause, context);
      continue;
    }
    const invocations = done > 0 ? 1 : next.invocations + 1;
    const triedMilliseconds = done > 0 ? took : next.triedMilliseconds + took;
    const failed = { records: rest, invocations, triedMilliseconds, outcome };
    const givenUp = await giveUp(partition, failed, context);
    if (givenUp > 0) {
      failures = 0;
      await onDone(rest.slice(0, givenUp));
      if (givenUp < rest.length) left.unshift(untried(rest.slice(givenUp)));
    } else {
      failures += 1;
      const retryInMilliseconds = backoffMilliseconds(failures, context.random);
      const tried = triedMilliseconds + retryInMilliseconds;
      left.unshift({ records: rest, invocations, triedMilliseconds: tried });
      report('tried again', partition, rest, outcome.cause, context, { failures, retryInMilliseconds });
      await pause(retryInMilliseconds, context);
    }
  }
}

function untried(records: readonly LoggedRecord[]): Part {
  return { records, invocations: 0, triedMilliseconds: 0 };
}

async function invoke(
  partition: number,
  records: readonly LoggedRecord[],
  context: SourceContext,
): Promise<Outcome> {
  let response: unknown;
  try {
    response = await context.invoke(kinesisStreamEvent(partition, records, context));
  } catch (cause) {
    return { kind: 'failed', cause };
  }
  if (!context.settings.reportsItemFailures) return { kind: 'done' };
  return reportedOutcome(
    response,
    records.map(({ sequence }) => String(sequence)),
  );
}

function doneOf(outcome: Outcome, records: readonly LoggedRecord[]): number {
  switch (outcome.kind) {
    case 'done':
      return records.length;
    case 'partly done':
      return outcome.done;
    case 'failed':
      return 0;
  }
}

function report(
  whatHappens: 'halved' | 'tried again',
  partition: number,
  records: readonly LoggedRecord[],
  error: unknown,
  { stream, consumer, logger }: SourceContext,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  logger.warn(`A batch of stream records failed and is ${whatHappens}.`, {
    stream: stream.name,
    consumer,
    partition,
    fromSequence: records[0]?.sequence,
    records: records.length,
    ...fields,
    error,
  });
}
