import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import { countEntries } from '../../lib/domain/count-entries.ts';
import type { Counts } from '../../lib/domain/dimensions.ts';
import { parseLogEntry } from '../../lib/domain/log-entry.ts';
import { factsOfVisits, type FactsOfVisit } from '../../traffic/facts.ts';
import { siteTraffic } from '../../traffic/site-traffic.ts';
import { randomNumbers, shuffled } from '../../traffic/seeded-order.ts';
import type { TimeRange } from '../../traffic/daily-curve.ts';
import type { Entry } from '../../client/contract.ts';
import type { Batch } from '../../client/open-pipeline.ts';
import type { DemoCustomer } from './customers.ts';

/** The batches of one customer, and the counts that they must give. */
export interface CustomerPlan {
  readonly customer: DemoCustomer;
  readonly requests: number;
  readonly counts: Counts;
}

export interface Delivery {
  readonly customer: DemoCustomer;
  readonly batch: Batch;
}

/** The batches to send, in order, and the counts that they must give. */
export interface DemoPlan {
  readonly customers: readonly CustomerPlan[];
  readonly deliveries: readonly Delivery[];
  readonly batches: number;
  /** Batches that are sent twice. */
  readonly repeats: number;
  /** Batches that are sent after some with newer entries. */
  readonly late: number;
}

export interface PlanOptions {
  readonly customers: readonly DemoCustomer[];
  readonly entries: number;
  readonly seed: number;
  readonly now: Date;
  readonly days: number;
}

/** Average hours whose entries come in the last hour besides its own, so that its minutes have something to show. */
const hoursInLastHour = 1.8;
const shareOfRepeats = 0.08;
const shareOfLate = 0.04;
const [leastPerBatch, mostPerBatch] = [120, 720];
const hourMilliseconds = 3_600_000;

/** Returns the additional share of entries in the last hour. */
export function shareOfLastHour(days: number): number {
  return hoursInLastHour / (days * 24);
}

/** Plans a run. The same options give the same plan; another `now` gives the same entries at other times. */
export function planDemo({ customers, entries, seed, now, days }: PlanOptions): DemoPlan {
  const weights = customers.reduce((sum, { weight }) => sum + weight, 0);
  const plans = customers.map((customer, n) => {
    const random = randomNumbers(seed * 1_000 + n);
    const count = Math.round((entries * customer.weight) / weights);
    const factsOf = factsOfVisits(customer.host, randomNumbers(seed * 1_000 + 250 + n));
    const sent = entriesOf(customer, count, random, { now, days, factsOf });
    return { customer, ...expectedOf(sent), batches: inBatches(sent, `demo-${seed}`, random) };
  });
  const inTime = plans
    .flatMap(({ customer, batches }) => batches.map((batch) => ({ customer, batch })))
    .sort((a, b) => (endOf(a.batch) < endOf(b.batch) ? -1 : 1));
  const random = randomNumbers(seed);
  const late = shareOf(shareOfLate, inTime.length);
  const repeats = shareOf(shareOfRepeats, inTime.length);
  return {
    customers: plans.map(({ customer, requests, counts }) => ({ customer, requests, counts })),
    deliveries: order(inTime, late, repeats, random),
    batches: inTime.length,
    late,
    repeats,
  };
}

function entriesOf(
  { site }: DemoCustomer,
  count: number,
  random: () => number,
  { now, days, factsOf }: Pick<PlanOptions, 'now' | 'days'> & { readonly factsOf: FactsOfVisit },
): Entry[] {
  const before = (hours: number): TimeRange => {
    return { from: new Date(now.getTime() - hours * hourMilliseconds), to: now };
  };
  const recent = Math.round(count * shareOfLastHour(days));
  return [
    ...siteTraffic(site, count - recent, before(days * 24), random, factsOf),
    ...siteTraffic(site, recent, before(1), random, factsOf),
  ].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
}

/** Counts by the rules of the pipeline itself; the demo checks that nothing is lost on the way or counted twice. */
function expectedOf(sent: readonly Entry[]): Pick<CustomerPlan, 'requests' | 'counts'> {
  const entries = sent.map((entry) => parseLogEntry(entry)).filter((entry) => entry !== undefined);
  if (entries.length !== sent.length) throw new Error('An entry of the demonstration is not valid.');
  return { requests: entries.length, ...countEntries(entries, createCountingRules([])) };
}

function inBatches(entries: readonly Entry[], prefix: string, random: () => number): Batch[] {
  const batches: Batch[] = [];
  for (let at = 0; at < entries.length;) {
    const size = leastPerBatch + Math.floor(random() * (mostPerBatch - leastPerBatch));
    batches.push({
      idempotencyKey: `${prefix}-${batches.length}`,
      entries: entries.slice(at, at + size),
    });
    at += size;
  }
  return batches;
}

/** Orders batches by time, except the late ones, and repeats some at a random place after the first time. */
function order(
  inTime: readonly Delivery[],
  late: number,
  repeats: number,
  random: () => number,
): readonly Delivery[] {
  const last = inTime.length;
  const behind = (place: number) => place + random() * (last - place) + 0.5;
  const lateOnes = new Set(shuffled([...inTime.keys()].slice(0, -1), random).slice(0, late));
  const firsts = inTime.map((delivery, place) => {
    return { delivery, place: lateOnes.has(place) ? behind(place + 1) : place };
  });
  const again = shuffled(firsts, random).slice(0, repeats);
  return [...firsts, ...again.map(({ delivery, place }) => ({ delivery, place: behind(place) }))]
    .sort((a, b) => a.place - b.place)
    .map(({ delivery }) => delivery);
}

function shareOf(share: number, batches: number): number {
  return Math.min(batches - 1, Math.max(1, Math.round(share * batches)));
}

function endOf({ entries }: Batch): string {
  return entries.at(-1)?.receivedAt ?? '';
}
