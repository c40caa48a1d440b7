import { describe, expect, it } from 'vitest';
import { demoCustomers } from '../../commands/demo/customers.ts';
import { maxCustomers } from '../../commands/demo/options.ts';
import { planDemo, type DemoPlan } from '../../commands/demo/plan.ts';
import { instant } from '../factories.ts';

const now = instant('2025-12-28T18:03:07Z');

function planOf(changed: Partial<Parameters<typeof planDemo>[0]> = {}): DemoPlan {
  return planDemo({ customers: demoCustomers(3), entries: 10_000, seed: 1, now, days: 2, ...changed });
}

/** Returns the deliveries of each batch, in the order of the first one. */
function deliveredTimes({ deliveries }: DemoPlan): Map<string, number> {
  const times = new Map<string, number>();
  for (const { customer, batch } of deliveries) {
    const name = `${customer.id} ${batch.idempotencyKey}`;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return times;
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

describe('planDemo', () => {
  it('delivers every batch, some of them twice, under a key of its own', () => {
    const plan = planOf();
    const times = [...deliveredTimes(plan).values()];
    expect(times).toHaveLength(plan.batches);
    expect(plan.repeats).toBeGreaterThan(0);
    expect(times.filter((deliveries) => deliveries === 2)).toHaveLength(plan.repeats);
    expect(Math.max(...times)).toBe(2);
  });

  it('expects each entry once, in every dimension', () => {
    const plan = planOf();
    for (const { customer, requests, counts } of plan.customers) {
      const own = new Set(
        plan.deliveries.filter((one) => one.customer === customer).map(({ batch }) => batch),
      );
      expect([...own].reduce((sum, { entries }) => sum + entries.length, 0)).toBe(requests);
      const failed = [...own]
        .flatMap(({ entries }) => entries)
        .filter(({ status = 0 }) => Number(status) >= 400);
      expect(failed.length).toBeGreaterThan(0);
      for (const field of [
        'requestsByPath',
        'requestsByUserAgent',
        'requestsByStatus',
        'requestsByAgentClass',
      ] as const)
        expect({ field, sum: sumOf(counts[field]) }).toEqual({ field, sum: requests });
      expect(sumOf(counts.requestsByErrorPath)).toBe(failed.length);
    }
    const total = plan.customers.reduce((sum, { requests }) => sum + requests, 0);
    expect(Math.abs(total - 10_000)).toBeLessThanOrEqual(3);
  });

  it('delivers some batches after newer ones, and the rest in the order of time', () => {
    const plan = planOf();
    const seen = new Set<unknown>();
    const ends: string[] = [];
    for (const { batch } of plan.deliveries) {
      if (!seen.has(batch)) ends.push(batch.entries.at(-1)?.receivedAt ?? '');
      seen.add(batch);
    }
    let newest = '';
    const late = ends.filter((end) => {
      const isLate = end < newest;
      newest = isLate ? newest : end;
      return isLate;
    });
    expect(plan.late).toBeGreaterThan(0);
    expect(late).toHaveLength(plan.late);
  });

  it('is the same for the same options, and has the same counts at another time', () => {
    expect(planOf()).toEqual(planOf());
    const countsOf = ({ customers }: DemoPlan) => customers.map(({ counts }) => counts);
    expect(countsOf(planOf({ now: instant('2026-03-29T01:30:00Z') }))).toEqual(countsOf(planOf()));
    expect(countsOf(planOf({ seed: 2 }))).not.toEqual(countsOf(planOf()));
  });

  it('has entries in the last hour', () => {
    const { deliveries } = planOf();
    const anHourAgo = new Date(now.getTime() - 3_600_000).toISOString();
    const recent = deliveries.flatMap(({ batch }) =>
      batch.entries.filter(({ receivedAt }) => receivedAt >= anHourAgo),
    );
    expect(recent.length).toBeGreaterThan(250);
  });

  it('has traffic for the fewest entries of the most customers', () => {
    const plan = planOf({ customers: demoCustomers(maxCustomers), entries: 100 });
    for (const { requests } of plan.customers) expect(requests).toBeGreaterThan(0);
  });
});

describe('demoCustomers', () => {
  it('are different from one another', () => {
    const ids = demoCustomers(maxCustomers).map(({ id }) => id);
    expect(new Set(ids).size).toBe(maxCustomers);
  });
});
