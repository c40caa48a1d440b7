import { describe, expect, it } from 'vitest';
import { createFaults } from '../../roles/faults.ts';

const poison = 'insights/0/1';
const other = 'insights/0/2';

describe('what fails by a fault of this program', () => {
  it('has been tried enough after a minute and three attempts, regardless of others', () => {
    let now = 0;
    const isTriedEnough = createFaults(() => now);
    expect(isTriedEnough(poison)).toBe(false);
    now = 59_999;
    expect([isTriedEnough(poison), isTriedEnough(poison)]).toEqual([false, false]);
    now = 60_000;
    expect([isTriedEnough(other), isTriedEnough(poison)]).toEqual([false, true]);
  });

  it('is tried three times at least, however long each attempt takes', () => {
    let now = 0;
    const isTriedEnough = createFaults(() => now);
    const given = [0, 100_000, 200_000].map((instant) => {
      now = instant;
      return isTriedEnough(poison);
    });
    expect(given).toEqual([false, false, true]);
  });
});
