import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countsText } from '../../lib/domain/counts-text.ts';
import { createKeyTotals } from '../../lib/domain/key-totals.ts';
import { keysContaining } from '../../lib/domain/keys-containing.ts';

const limits = { maxKeys: 1_000, maxKeyTextBytes: 1_000_000 };
const letters = Array.from('aAbBkK/ é\u00c9\u0130ı\u212a"\\u0\n\u0001');
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('a', 'B'), maxLength: 12 }),
);

it('a filter for keys that contain a text agrees with a comparison of strings in lower case', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        text.map((rest) => `GET /${rest}`),
        { maxLength: 8 },
      ),
      text.filter(({ length }) => length > 0),
      (keys, wanted) => {
        const totals = createKeyTotals(limits);
        totals.add(countsText(new Map(keys.map((key) => [key, 1]))), keysContaining(wanted));
        const found = totals.largest(100, Infinity).map(({ key }) => key);
        const expected = keys.filter((key) => key.toLowerCase().includes(wanted.toLowerCase()));
        expect(found.toSorted()).toEqual(expected.toSorted());
      },
    ),
    { numRuns: 3_000 },
  );
});
