import { expect, it } from 'vitest';
import { minuteKey } from '../../../lib/domain/keys.ts';
import { AscendingLookup, keysIn } from '../../../lib/pipeline/audit/differing-windows.ts';
import { customer, windowStart } from '../../factories.ts';
import { noneDiffering } from './in-memory-spool.ts';

const key = (minute: number) => minuteKey(customer(), windowStart(`2025-12-28T18:0${minute}:00Z`));

it('windows that differ come back in the order of their keys, and are found in it', () => {
  const { minute: windows } = noneDiffering();
  const [second, fourth, sixth] = [
    { key: key(2), differences: 1, remedy: 'add' },
    { key: key(4), differences: 1, remedy: undefined },
    { key: key(6), differences: 2, remedy: 'recount' },
  ] as const;
  for (const window of [sixth, second, fourth]) windows.add(window);
  expect([...windows.ascending()]).toEqual([second, fourth, sixth]);
  expect([...keysIn(windows, { withRemedy: true })]).toEqual([second.key, sixth.key]);

  const lookup = new AscendingLookup(windows);
  const asked = [1, 2, 2, 3, 6].map((minute) => lookup.find(key(minute)));
  expect(asked).toEqual([undefined, second, second, undefined, sixth]);
  expect(lookup.isAtEnd).toBe(false);
  expect(lookup.find(key(7))).toBeUndefined();
  expect(lookup.isAtEnd).toBe(true);
  lookup.close();
});
