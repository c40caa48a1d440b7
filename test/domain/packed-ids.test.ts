import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unseen } from '../../lib/domain/packed-ids.ts';

// Few values, and ids that only differ in their first or last bytes, so that all kinds of collisions occur.
const ids = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
  .map(([first, last]) => Buffer.from([first, ...Array.from({ length: 14 }, () => 0), last]));

describe('unseen', () => {
  it('gives an item once that is given twice', () => {
    const item = { id: Buffer.alloc(16, 1) };
    expect(unseen(Buffer.alloc(0), [item, item])).toEqual([item]);
  });

  it('finds what a set would find, in the order given', () => {
    fc.assert(
      fc.property(fc.array(ids), fc.array(ids), (held, offered) => {
        const seen = new Set(held.map((id) => id.toString('hex')));
        const expected = offered.filter((id) => {
          const isNew = !seen.has(id.toString('hex'));
          seen.add(id.toString('hex'));
          return isNew;
        });
        const found = unseen(
          Buffer.concat(held),
          offered.map((id) => ({ id })),
        );
        expect(found.map(({ id }) => id)).toEqual(expected);
      }),
    );
  });
});
