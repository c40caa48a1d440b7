import { readPartitionKey } from '../../lib/ports/partition-key.ts';
import { backoffMilliseconds } from '../../lib/backoff.ts';
import { pause, sourceBackoff } from '../backoff.ts';
import type { DeliveredRecord } from './delivered-record.ts';
import { sendExhausted } from './send-exhausted.ts';
import { kinesisStreamEvent } from './kinesis-event.ts';
import { reportedOutcome, type Outcome } from './outcome.ts';
import type { DeliveryContext } from './delivery-context.ts';

/** Records that are delivered together. */
export interface Part {
  readonly records: readonly DeliveredRecord[];
  /** Number of invocations that had exactly these records. */
  readonly invocations: number;
  /** Time for which these were tried: see `FailedRecords`. */
  readonly triedMilliseconds: number;
}

/** The start of a delivery: the number of failures in a row, and the backoff that is due. */
export interface Start {
  readonly failures: number;
  readonly inMilliseconds: number;
}

export interface Invocation {
  readonly outcome: Outcome;
  /** Milliseconds. */
  readonly took: number;
}

/** The functions of its partition that a delivery needs. */
export interface Delivery {
  readonly partition: number;
  /** Runs an invocation when it is its turn: a partition has one at a time. */
  run(invoke: () => Promise<Invocation>): Promise<Invocation>;
  /** Receives records as soon as they are done, in order; awaited before the next invocation. */
  onDone(records: readonly DeliveredRecord[]): Promise<void>;
  /**
   * Continues with these parts separately from all others. Returns false if it cannot: then they stay here, and all
   * others wait for them.
   */
  isolate(parts: readonly Part[], start: Start): boolean;
}

/**
 * AWS ends an invocation after this time. One that seems to have taken longer was stopped meanwhile, or the machine
 * was asleep, and that time does not count as trying. (A backoff counts with its planned length, for the same
 * reason.)
 */
const longestInvocationMilliseconds = 15 * 60 * 1000;

/**
 * Invokes the function with the parts and then, in order, with the records that are not done, until everything is
 * done or the source is stopping. A customer whose record fails continues separately from the others, in order. A
 * failing record is retried with backoff until its attempts or its time are used up and the on-failure destination
 * has it: nothing is dropped. Halving does not count as an attempt, as on AWS, so if batches are halved, a record
 * reaches its limits alone. Attempts and their time start anew with each process.
 */
export async function deliver(
  parts: readonly Part[],
  start: Start,
  delivery: Delivery,
  context: DeliveryContext,
): Promise<void> {
  const { partition } = delivery;
  // One batch or, after halving, several in order.
  let left = parts;
  let { failures } = start;
  if (start.inMilliseconds > 0) await pause(start.inMilliseconds, context);
  while (!context.stopping.aborted) {
    const [next, ...others] = left;
    if (next === undefined) return;
    left = others;
    const { outcome, took } = await delivery.run(() => invoke(partition, next.records, context));
    const done = doneOf(outcome, next.records);
    if (done > 0) {
      failures = 0;
      await delivery.onDone(next.records.slice(0, done));
    }
    if (outcome.kind === 'done') continue;
    const rest = next.records.slice(done);
    if (outcome.kind === 'failed' && context.settings.bisectsOnError && rest.length > 1) {
      // Halving needs no wait: it ends by itself, and soon separates good records from failing ones.
      const middle = Math.ceil(rest.length / 2);
      left = [untried(rest.slice(0, middle)), untried(rest.slice(middle)), ...left];
      report('halved', partition, rest, outcome.cause, context);
      continue;
    }
    const invocations = done > 0 ? 1 : next.invocations + 1;
    const triedMilliseconds = done > 0 ? took : next.triedMilliseconds + took;
    const failed = { records: rest, invocations, triedMilliseconds, outcome };
    const sent = await sendExhausted(partition, failed, context);
    if (sent > 0) {
      failures = 0;
      await delivery.onDone(rest.slice(0, sent));
      if (sent < rest.length) left = [untried(rest.slice(sent)), ...left];
      continue;
    }
    failures += 1;
    const inMilliseconds = backoffMilliseconds(failures, sourceBackoff, context.random);
    report('tried again', partition, rest, outcome.cause, context, {
      failures,
      retryInMilliseconds: inMilliseconds,
    });
    const tried = { records: rest, invocations, triedMilliseconds: triedMilliseconds + inMilliseconds };
    const { blamed, innocent } = partsByBlame(tried, left, outcome);
    if (blamed.length > 0 && delivery.isolate(blamed, { failures, inMilliseconds })) {
      failures = 0;
      left = innocent;
    } else {
      left = [tried, ...left];
      await pause(inMilliseconds, context);
    }
  }
}

export function untried(records: readonly DeliveredRecord[]): Part {
  return { records, invocations: 0, triedMilliseconds: 0 };
}

/**
 * Splits off the parts of the customer whose record failed, in order. If the function crashed with records of several
 * customers, nobody is to blame.
 */
function partsByBlame(
  failed: Part,
  left: readonly Part[],
  outcome: Outcome,
): { blamed: readonly Part[]; innocent: readonly Part[] } {
  const customers = new Set(failed.records.map(customerOf));
  const [culprit] = customers;
  if (culprit === undefined || (outcome.kind === 'failed' && customers.size > 1)) {
    return { blamed: [], innocent: [failed, ...left] };
  }
  const isOwn = (record: DeliveredRecord) => customerOf(record) === culprit;
  const own = { ...failed, records: failed.records.filter(isOwn) };
  const others = untried(failed.records.filter((record) => !isOwn(record)));
  return {
    blamed: [own, ...left.map(({ records }) => untried(records.filter(isOwn)))].filter(hasRecords),
    innocent: [others, ...left.map(({ records }) => untried(records.filter((r) => !isOwn(r))))].filter(
      hasRecords,
    ),
  };
}

function customerOf({ partitionKey }: DeliveredRecord): string {
  return readPartitionKey(partitionKey).customer;
}

function hasRecords({ records }: Part): boolean {
  return records.length > 0;
}

async function invoke(
  partition: number,
  records: readonly DeliveredRecord[],
  context: DeliveryContext,
): Promise<Invocation> {
  const begunAt = context.timers.elapsed();
  const outcome = await outcomeOf(partition, records, context);
  const took = Math.min(context.timers.elapsed() - begunAt, longestInvocationMilliseconds);
  return { outcome, took };
}

async function outcomeOf(
  partition: number,
  records: readonly DeliveredRecord[],
  context: DeliveryContext,
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

function doneOf(outcome: Outcome, records: readonly DeliveredRecord[]): number {
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
  records: readonly DeliveredRecord[],
  error: unknown,
  { stream, consumer, logger }: DeliveryContext,
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
