import type { Clock } from '../../lib/ports/clock.ts';
import { factsOfVisits } from '../../traffic/facts.ts';
import { entriesOf, type TrafficEntry } from '../../traffic/site-traffic.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { GaveUp } from '../../client/answer-or-retry.ts';
import { realTiming } from '../../client/timing.ts';
import type { DemoCustomer } from './customers.ts';
import type { DemoPipelines } from './open-pipelines.ts';

export interface LiveOptions {
  readonly customers: readonly DemoCustomer[];
  /** The rate of all customers together. */
  readonly entriesPerSecond: number;
  readonly seed: number;
  readonly pipelines: DemoPipelines;
  readonly clock: Clock;
  /** Ends the traffic. */
  readonly signal: AbortSignal;
}

const secondsBetweenBatches = 2;
/** The longest gap to fill at once: after the machine has slept, the missed entries are not sent. */
const maxSecondsAtOnce = 10;
const shareOfRepeats = 0.1;

/**
 * Sends the requests of visitors as they happen, in small batches, until the signal is aborted. Now and then it sends a
 * batch twice, as a shipper does after a timeout.
 * @throws RequestRefused, GaveUp
 */
export async function sendLiveTraffic({ customers, ...options }: LiveOptions): Promise<void> {
  const weights = customers.reduce((sum, { weight }) => sum + weight, 0);
  await Promise.all(
    customers.map((customer, n) => {
      const entriesPerSecond = (options.entriesPerSecond * customer.weight) / weights;
      return sendOf(customer, randomNumbers(options.seed * 1_000 + 500 + n), {
        ...options,
        entriesPerSecond,
      });
    }),
  );
}

async function sendOf(
  customer: DemoCustomer,
  random: () => number,
  { entriesPerSecond, pipelines, clock, signal }: Omit<LiveOptions, 'customers'>,
): Promise<void> {
  const nextVisitor = customer.site.visits(random);
  const factsOf = factsOfVisits(customer.host, random);
  const pipeline = pipelines.of(customer);
  let toCome: TrafficEntry[] = [];
  let missing = 0;
  let last = clock.now();
  try {
    for (let number = 0; !signal.aborted; number++) {
      await realTiming.wait(secondsBetweenBatches * 1_000, signal);
      const now = clock.now();
      const seconds = Math.max(0, Math.min((now.getTime() - last.getTime()) / 1_000, maxSecondsAtOnce));
      last = now;
      for (missing += seconds * entriesPerSecond; missing > 0;) {
        const visit = entriesOf(nextVisitor()(), now.getTime(), factsOf);
        toCome.push(...visit);
        missing -= visit.length;
      }
      const due = toCome.filter(({ receivedAt }) => Date.parse(receivedAt) <= now.getTime());
      toCome = toCome.filter(({ receivedAt }) => Date.parse(receivedAt) > now.getTime());
      if (due.length === 0 || signal.aborted) continue;
      const batch = { idempotencyKey: `live-${number}`, entries: due };
      await pipeline.send(batch);
      if (random() < shareOfRepeats) await pipeline.send(batch);
    }
  } catch (error) {
    // Ctrl-C in a terminal reaches the pipeline, too, so requests under way may not get an answer.
    if (!(signal.aborted && error instanceof GaveUp)) throw error;
  }
}
