import type { CustomerId } from '../../lib/domain/customer-id.ts';
import {
  endOfWindow,
  enclosingWindowStart,
  firstWindowStartFrom,
  minutesBefore,
  windowSizes,
  windowStartOf,
  type WindowSize,
  type WindowStart,
} from '../../lib/domain/window.ts';
import { Unavailable } from '../../lib/errors.ts';
import { createObjectWindowReader } from '../../lib/pipeline/query/object-window-reader.ts';
import { query, type AnsweredWindow, type SentWindow } from '../../lib/pipeline/query/query.ts';
import { withForgetting } from '../../lib/pipeline/query/with-forgetting.ts';
import { readTombstones } from '../../lib/pipeline/forget/read-tombstones.ts';
import { withinRetention } from '../../lib/pipeline/query/within-retention.ts';
import { total } from '../../lib/pipeline/query/total.ts';
import type { WindowReader } from '../../lib/ports/window-reader.ts';
import { minuteOf } from '../factories.ts';
import { askForCustomers } from './customer-readers.ts';
import type { AcceptedBatch } from './laws/known-batches.ts';
import { startOf, type Plan } from './plan.ts';
import type { Claim, CountedRange, ReaderSurroundings } from './reader-surroundings.ts';
import { maxClockErrorMilliseconds } from './processes.ts';
import type { Process } from './scheduler.ts';
import { simulatedCustomer } from './sent-batch.ts';

export interface Readers {
  stop(): void;
  /** Starts to read everything once more, at a time when all must be known and complete. */
  askAtRest(): void;
}

const pauseMilliseconds = 400;

/**
 * Starts readers that compare each answer with what was accepted before they asked. On AWS, answers say too little
 * for that.
 */
export function startReaders(plan: Plan, around: ReaderSurroundings): Readers {
  const { scheduler, laws } = around;
  const { chance } = scheduler;
  const stopping = new AbortController();
  const customers = Array.from({ length: plan.customers }, (_, index) => index + 1);
  const readers = new Map<string, WindowReader>();
  /** Each process caches what it has read of the index. */
  const readerOf = (process: Process): WindowReader => {
    const { store, versions } = around.portsOf(process);
    const reader = readers.get(process.name) ?? createObjectWindowReader(store, versions);
    readers.set(process.name, reader);
    return reader;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await scheduler.sleep(chance.upTo(pauseMilliseconds));
      if (chance.happens(0.2)) await compareCustomers();
      const customerId = simulatedCustomer(chance.upTo(plan.customers));
      const before = laws.acceptedOf(customerId);
      const size = chance.oneOf('minute', 'hour', 'day', 'total', 'total', 'total');
      const claim = await ask(customerId, size, chance.oneOf(0, 0, 600), plan, around);
      const lie =
        claim && lieOf(claim, laws.notForgotten(before), laws.horizon, ageLimit(plan, scheduler.time));
      if (lie !== undefined) laws.lied(lie);
    }
  };
  const compareCustomers = async (): Promise<void> => {
    const before = customers.map((customer) => laws.acceptedOf(simulatedCustomer(customer)));
    const claims = await askForCustomers(chance.oneOf(0, 0, 600), plan, around, readerOf);
    for (const [place, customer] of customers.entries()) {
      const claim = claims?.get(customer);
      const accepted = laws.notForgotten(before[place] ?? []);
      const lie = claim && lieOf(claim, accepted, laws.horizon, ageLimit(plan, scheduler.time));
      if (lie !== undefined) laws.lied(`of customers, ${lie}`);
    }
  };
  const askForCustomersAtRest = async (): Promise<void> => {
    const claims = await askForCustomers(0, plan, around, readerOf);
    if (claims === undefined) return laws.lied('a question at rest got no answer');
    for (const [customer, claim] of claims) {
      const accepted = laws.acceptedOf(simulatedCustomer(customer));
      const [range] = claim.ranges;
      const complete = { ...claim, ranges: range === undefined ? [] : [{ ...range, isComplete: true }] };
      const lie = lieOf(complete, accepted, laws.horizon, ageLimit(plan, scheduler.time));
      if (lie !== undefined) laws.lied(`at rest, of customers, ${lie}`);
      if (claim.countedThrough === undefined)
        laws.lied('it is not known at rest how far customers are counted');
    }
  };
  /** A clock that ran ahead may have dated the end of a forgetting; nothing is claimed before the clocks pass it. */
  const untilForgettingsArePast = async (): Promise<void> => {
    const past = await around.processes.invoke('query', async (process) => {
      const tombstones = await readTombstones(undefined, around.portsOf(process).store, (_key, error) => {
        throw error;
      });
      return Math.max(0, ...[...tombstones.values()].map(({ completedAt }) => completedAt?.getTime() ?? 0));
    });
    if (past !== 'nothing' && past >= scheduler.time)
      await scheduler.sleep(past + maxClockErrorMilliseconds - scheduler.time);
  };
  const askAtRest = async (): Promise<void> => {
    await untilForgettingsArePast();
    await askForCustomersAtRest();
    for (let customer = 1; customer <= plan.customers; customer += 1) {
      const customerId = simulatedCustomer(customer);
      for (const size of [...windowSizes, 'total'] as const) {
        const askedAt = scheduler.time;
        const claim = await ask(customerId, size, 0, plan, around);
        const lie =
          claim &&
          (lieOf(claim, laws.acceptedOf(customerId), laws.horizon, ageLimit(plan, askedAt)) ??
            doubtOf(claim, askedAt, plan));
        if (claim === undefined) laws.lied('a question at rest got no answer');
        else if (lie !== undefined) laws.lied(`at rest ${lie}`);
      }
    }
  };
  const hasReaders = plan.isLaptop || plan.cluster !== undefined;
  if (hasReaders) run().catch((error: unknown) => laws.unexpected('a reader', error));
  return {
    stop: () => stopping.abort(),
    askAtRest() {
      if (hasReaders) askAtRest().catch((error: unknown) => laws.unexpected('a reader', error));
    },
  };
}

/** Returns what an answer leaves open although there is nothing left to do, or `undefined`. */
function doubtOf({ countedThrough, waiting, ranges }: Claim, now: number, plan: Plan): string | undefined {
  if (countedThrough === undefined) return 'it is not known how far the counts are';
  // Topics do not know customers, and a barrier is some seconds behind.
  const [expected, behind] = plan.cluster === undefined ? [0, 0] : [undefined, 10_000];
  if (waiting !== expected) return `${waiting} entries are said to wait`;
  const open = ranges.find(({ to, isComplete }) => Date.parse(to) < now - behind && !isComplete);
  return open && `the range from ${open.from} to ${open.to} is not complete`;
}

async function ask(
  customerId: CustomerId,
  size: WindowSize | 'total',
  allowedLatenessSeconds: number,
  plan: Plan,
  around: ReaderSurroundings,
): Promise<Claim | undefined> {
  const answer = await around.processes.invoke('query', async (process): Promise<Claim | 'unavailable'> => {
    const { store, clock, retention } = around.portsOf(process);
    const ports = { reader: createObjectWindowReader(store), clock };
    const forgetting = { store, progress: around.progressOf(process) };
    const to = firstWindowStartFrom(new Date(around.scheduler.time));
    const from = enclosingWindowStart(
      minutesBefore(firstWindowStartFrom(startOf(plan)), plan.minutes + 60),
      'day',
    );
    try {
      if (size === 'total') {
        const asked = { customerId, from, to, top: 10, pathPrefix: undefined, allowedLatenessSeconds };
        const { range, found } = await withinRetention(asked, retention, (kept) =>
          withForgetting(customerId, forgetting, (progress) => total(kept, { ...ports, progress })),
        );
        const { requests, complete, ...said } = found;
        return { ...said, ranges: [{ ...range, requests, isComplete: complete }] };
      }
      const asked = { customerId, windowSize: size, from, to, allowedLatenessSeconds };
      const { found: page } = await withinRetention(asked, retention, (kept) =>
        withForgetting(customerId, forgetting, (progress) =>
          query({ ...kept, limit: 10_000, top: undefined }, { ...ports, progress }, rangeOf),
        ),
      );
      return { ...page, ranges: page.windows };
    } catch (error) {
      if (error instanceof Unavailable) return 'unavailable';
      throw error;
    }
  });
  return answer === 'nothing' || answer === 'unavailable' ? undefined : answer;
}

function rangeOf({ windowStart, windowSize, requests, complete }: AnsweredWindow): CountedRange & SentWindow {
  const to = endOf(windowStart, windowSize);
  return { from: windowStart, to, requests, isComplete: complete, bytesSent: 1 };
}

function endOf(windowStart: WindowStart, size: WindowSize): WindowStart {
  return firstWindowStartFrom(endOfWindow(windowStart, size));
}

/**
 * Returns the earliest `countedThrough` with which an answer may be complete in the cluster form, where completeness
 * is relative to it. In other forms, a complete answer may lack nothing.
 */
function ageLimit(plan: Plan, now: number): Date | undefined {
  return plan.cluster && new Date(now - 10_000 - answerMilliseconds);
}

/** Upper bound of the time that an answer takes, including differences of clocks. */
const answerMilliseconds = 60_000;

/** Returns the problem with an answer, or `undefined` if it tells the truth. */
function lieOf(
  { countedThrough, waiting, ranges }: Claim,
  accepted: readonly AcceptedBatch[],
  horizon: WindowStart,
  completeFrom: Date | undefined,
): string | undefined {
  const counted = countedThrough === undefined ? [] : accepted.filter(({ at }) => at < countedThrough);
  for (const range of ranges) {
    const all = requestsWithin(range, accepted, horizon);
    const through = requestsWithin(range, counted, horizon);
    const is = `from ${range.from} to ${range.to} counts ${range.requests} requests`;
    if (range.requests < through) {
      return `an answer ${is}, and ${through} were accepted before ${countedThrough?.toISOString()}`;
    }
    if (range.isComplete && completeFrom !== undefined && !(countedThrough && countedThrough >= completeFrom))
      return `an answer ${is} and is called complete, though only what is from before ${countedThrough?.toISOString()} is counted`;
    if (range.isComplete && completeFrom === undefined && range.requests < all)
      return `an answer ${is} and is called complete, with ${all} accepted`;
    if (waiting === 0 && range.requests < all)
      return `an answer ${is} and says that nothing waits, with ${all} accepted`;
  }
  const shown = ranges.reduce((sum, { requests }) => sum + requests, 0);
  const should = requestsWithin({ from: horizon, to: endOfTime }, counted, horizon);
  if (shown < should) return `an answer has ${shown} requests, and ${should} are said to be counted`;
  return undefined;
}

const endOfTime = windowStartOf(minuteOf('9999-12-31T23:59:00Z'));

function requestsWithin(
  { from, to }: Pick<CountedRange, 'from' | 'to'>,
  accepted: readonly AcceptedBatch[],
  horizon: WindowStart,
): number {
  let requests = 0;
  for (const { batch } of accepted) {
    for (const { receivedAt } of batch.entries) {
      const minute = windowStartOf(minuteOf(receivedAt));
      if (minute >= horizon && minute >= from && minute < to) requests += 1;
    }
  }
  return requests;
}
