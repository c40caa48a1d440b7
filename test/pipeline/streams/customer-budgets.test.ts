import { beforeEach, describe, expect, it } from 'vitest';
import { BudgetUsedUp } from '../../../lib/errors.ts';
import { CustomerBudgets } from '../../../lib/pipeline/streams/customer-budgets.ts';
import { customer, instant } from '../../factories.ts';

const [busy, quiet] = [customer('cus-busy'), customer('cus-quiet')];
const record = { data: Buffer.alloc(500) };

describe('the budget of a customer', () => {
  let now: Date;
  let budgets: CustomerBudgets;

  beforeEach(() => {
    now = instant('2025-12-28T18:00:00Z');
    budgets = new CustomerBudgets(100, { now: () => now });
  });

  function pass(seconds: number): void {
    now = new Date(now.getTime() + seconds * 1_000);
  }

  /** Reports whether a batch of this many records was accepted. */
  function send(customerId = busy, records = 1, bytes = 500): boolean {
    try {
      budgets.require(customerId);
    } catch (error) {
      if (error instanceof BudgetUsedUp) return false;
      throw error;
    }
    budgets.charge(
      customerId,
      Array.from({ length: records }, () => ({ data: Buffer.alloc(bytes) })),
    );
    return true;
  }

  it('is all there is while no other customer sends', () => {
    for (let batch = 0; batch < 100; batch += 1) expect(send(busy, 10_080)).toBe(true);
  });

  it('bounds the records of a customer while others send, for batches of any shape', () => {
    const taken = { small: 0, wide: 0 };
    for (let tick = 0; tick < 6_000; tick += 1) {
      expect(send(quiet)).toBe(true);
      if (send(customer('cus-small'), 5)) taken.small += 5;
      if (tick % 10 === 0 && send(customer('cus-wide'), 10_080)) taken.wide += 10_080;
      pass(0.01);
    }
    const sixtySeconds = 60 * 100;
    const burst = 1_000;
    expect(taken.small).toBeLessThanOrEqual(sixtySeconds + burst + 5);
    expect(taken.small).toBeGreaterThanOrEqual(sixtySeconds);
    expect(taken.wide).toBe(10_080); // and the next one when that is paid
  });

  it('weighs large records by their bytes', () => {
    send(quiet);
    expect(send(busy, 1, 1_000_000)).toBe(true); // as much of a shard as 1,000 records
    expect(send(busy)).toBe(false);
  });

  it('says when to retry, and accepts the batch then', () => {
    send(quiet);
    send(busy, 1_500);
    const refused = refusalOf(() => budgets.require(busy));
    expect(refused.retryAfterSeconds).toBe(6); // 500 records of debt
    pass(6);
    expect(send(busy)).toBe(true);
  });

  it('lets a customer that was alone start without debt when another one comes', () => {
    for (let batch = 0; batch < 100; batch += 1) send(busy, 1_000);
    send(quiet);
    expect(send(busy, 100)).toBe(true);
  });

  it('is everything again a minute after the others have stopped', () => {
    send(quiet);
    send(busy, 50_000);
    pass(60);
    expect(send(busy)).toBe(false);
    pass(1);
    expect(send(busy)).toBe(true);
  });

  it('is nobody else’s: a refused customer’s attempts refuse no other', () => {
    send(quiet);
    send(busy, 50_000);
    for (let attempt = 0; attempt < 1_000; attempt += 1) expect(send(busy)).toBe(false);
    expect(send(quiet)).toBe(true);
  });

  it('neither grows nor shrinks when the clock is set back', () => {
    send(quiet);
    send(busy, 1_500);
    pass(-30);
    expect(send(busy)).toBe(false);
    pass(6);
    expect(send(busy)).toBe(true);
  });

  it('is not bounded for an hour because the clock was set back by one', () => {
    send(quiet);
    send(busy, 50_000);
    pass(-3_600);
    expect(send(busy)).toBe(true);
  });

  it('counts a single record as one', () => {
    send(quiet);
    for (let batch = 0; batch < 1_000; batch += 1) {
      budgets.require(busy);
      budgets.charge(busy, [record]);
    }
    expect(send(busy)).toBe(false);
  });
});

function refusalOf(call: () => void): BudgetUsedUp {
  try {
    call();
  } catch (error) {
    if (error instanceof BudgetUsedUp) return error;
  }
  return expect.fail('nothing was refused');
}
