import { beforeEach, describe, expect, it } from 'vitest';
import { BudgetUsedUp, Unavailable } from '../../../lib/errors.ts';
import { IntentAdmission } from '../../../lib/pipeline/streams/intent-admission.ts';
import { customer, instant } from '../../factories.ts';

let now: Date;
let records: number;
let admission: IntentAdmission;
const flood = customer('flood');
const other = customer('other');

beforeEach(() => {
  now = instant('2025-12-28T18:04:00Z');
  records = 0;
  const intents = { backlog: async () => ({ records, oldestPutAt: undefined }) };
  admission = new IntentAdmission({ intents, clock: { now: () => now }, maxBacklogRecords: 100 });
});

async function take(name: typeof flood, count: number): Promise<void> {
  for (let taken = 0; taken < count; taken += 1) await admission.requireRoom(name);
}

describe('the admission by intents', () => {
  it('takes all of the backlog from a customer that is alone, and refuses it beyond', async () => {
    await take(flood, 10);
    records = 100;
    await expect(admission.requireRoom(flood)).resolves.toBeUndefined();
    records = 101;
    await expect(admission.requireRoom(flood)).rejects.toThrow(BudgetUsedUp);
  });

  it('refuses a customer beyond its share once others send, and these not', async () => {
    await take(flood, 90);
    await take(other, 10);
    records = 80;
    await expect(admission.requireRoom(flood)).rejects.toThrow(BudgetUsedUp);
    await expect(admission.requireShare(flood, 1_000_000)).rejects.toThrow(BudgetUsedUp);
    await expect(admission.requireShare(flood, 100)).resolves.toBeUndefined();
    await expect(admission.requireRoom(other)).resolves.toBeUndefined();
  });

  it('refuses everybody once all have twice the limit', async () => {
    await take(flood, 1);
    await take(other, 0);
    records = 201;
    await expect(admission.requireRoom(other)).rejects.toThrow(Unavailable);
  });

  it('estimates shares from the last minutes alone', async () => {
    await take(flood, 90);
    await take(other, 10);
    now = instant('2025-12-28T18:06:01Z');
    await take(other, 10);
    records = 80;
    await expect(admission.requireRoom(flood)).resolves.toBeUndefined();
  });
});
