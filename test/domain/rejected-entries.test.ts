import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRangesLookup, rangesPattern, RejectedEntries } from '../../lib/domain/rejected-entries.ts';

const problem = { problems: [{ field: 'path', reason: 'is required' }] };

function rejectedAt(indexes: Iterable<number>): RejectedEntries {
  const rejected = new RejectedEntries();
  for (const index of indexes) rejected.add(index, problem);
  return rejected;
}

describe('the ranges of rejected entries', () => {
  it('are one text, with a single index or the first and the last of several', () => {
    const { rejected, rejectedRanges } = rejectedAt([0, 4, 5, 6, 9]).toRejections() ?? expect.fail('none');
    expect({ rejected, rejectedRanges }).toEqual({ rejected: 5, rejectedRanges: '0,4-6,9' });
    expect(rejectedAt([]).toRejections()).toBeUndefined();
  });

  it('give back exactly the indexes that were added', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(60)), (some) => {
        const indexes = some.sort((a, b) => a - b);
        const rejected = rejectedAt(indexes);
        const wasRejected = createRangesLookup(rejected.toRejections()?.rejectedRanges ?? '');
        expect([...rejected.indexes()]).toEqual(indexes);
        expect(Array.from({ length: 62 }, (_, index) => index).filter(wasRejected)).toEqual(indexes);
      }),
    );
  });

  it('of 200,000 entries of which every other is rejected take less than 700 kB', () => {
    const every = Array.from({ length: 100_000 }, (_, place) => 2 * place);
    const { rejectedRanges = '' } = rejectedAt(every).toRejections() ?? {};
    expect(rejectedRanges.length).toBeLessThan(700_000);
    expect(rejectedRanges).toMatch(rangesPattern);
  });
});

describe('the details of rejected entries', () => {
  it('describe the first ten, one problem per field', () => {
    const rejected = new RejectedEntries();
    const two = { problems: [{ field: 'path', reason: 'is required' }, { reason: 'is odd' }] };
    for (let index = 3; index < 40; index++) rejected.add(index, two);
    expect(rejected.details).toHaveLength(20);
    expect(rejected.details[0]).toEqual({ index: 3, field: 'path', reason: 'is required' });
    expect(rejected.details.at(-1)).toEqual({ index: 12, reason: 'is odd' });
  });

  it('cost nothing from the eleventh on', () => {
    let asked = 0;
    const rejected = new RejectedEntries();
    const counting = {
      get problems() {
        asked += 1;
        return problem.problems;
      },
    };
    for (let index = 0; index < 1_000; index++) rejected.add(index, counting);
    expect(asked).toBe(10);
  });
});
