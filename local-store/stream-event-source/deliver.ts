import type { LoggedRecord } from '../local-stream.ts';
import { backoffMilliseconds, pause } from './backoff.ts';
import { kinesisStreamEvent } from './kinesis-event.ts';
import { reportedOutcome, type Outcome } from './outcome.ts';
import type { SourceContext } from './source-context.ts';

/** Told of records as soon as they are done, in order; awaited before the next invocation. */
export type OnDone = (records: readonly LoggedRecord[]) => Promise<void>;

/**
 * Invokes the function with the batch and then, in order, with what is not done of it, until everything is done or the
 * source is stopping. A failing record is tried again for ever, with back-off: nothing is dropped.
 */
export async function deliver(
  partition: number,
  batch: readonly LoggedRecord[],
  onDone: OnDone,
  context: SourceContext,
): Promise<void> {
  // One batch, or after it was halved several, in order.
  const left = [batch];
  let failures = 0;
  for (let next = left.shift(); next !== undefined && !context.stopping.aborted; next = left.shift()) {
    const outcome = await invoke(partition, next, context);
    const done = doneOf(outcome, next);
    if (done > 0) {
      failures = 0;
      await onDone(next.slice(0, done));
    }
    if (outcome.kind === 'done') continue;
    const rest = next.slice(done);
    if (outcome.kind === 'failed' && context.settings.bisectsOnError && rest.length > 1) {
      // Without waiting: halving ends by itself, and soon brings what is well past what isn't.
      const middle = Math.ceil(rest.length / 2);
      left.unshift(rest.slice(0, middle), rest.slice(middle));
      report('halved', partition, rest, outcome.cause, context);
    } else {
      failures += 1;
      left.unshift(rest);
      const retryInMilliseconds = backoffMilliseconds(failures, context.random);
      report('tried again', partition, rest, outcome.cause, context, { failures, retryInMilliseconds });
      await pause(retryInMilliseconds, context);
    }
  }
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
