import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packNumbers, unpackNumbers } from '../../lib/domain/packed-numbers.ts';

describe('packed numbers', () => {
  it('are unpacked as they were packed', () => {
    const number = fc.oneof(fc.nat(40), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(fc.array(number), (numbers) => {
        expect(unpackNumbers(packNumbers(numbers))).toEqual(numbers);
      }),
    );
  });

  it('have one text each: any other one is refused', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('A', 'B', 'f', 'g', '_', '-', '*', 'é'), maxLength: 14 }),
        (text) => {
          const numbers = unpackNumbers(text);
          if (numbers !== undefined) expect(packNumbers(numbers)).toBe(text);
        },
      ),
    );
    expect(['gA', 'g', '*', '_'.repeat(12) + 'B'].map(unpackNumbers)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
