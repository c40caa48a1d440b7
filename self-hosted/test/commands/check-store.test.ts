import { describe, expect, it } from 'vitest';
import { judgeLifecycle } from '../../commands/check-store/judge-lifecycle.ts';

const rule = (prefix: string, days: number) => ({
  ID: 'rule',
  Status: 'Enabled' as const,
  Filter: { Prefix: prefix },
  Expiration: { Days: days },
});

describe('the rules of a bucket', () => {
  it.each([
    ['keep raw batches for a month', [rule('batches/', 30)]],
    ['delete failed records', [rule('failed/', 1)]],
    ['delete something else', [rule('logs/', 1)]],
    ['are switched off', [{ ...rule('', 1), Status: 'Disabled' as const }]],
  ])('are fine if they %s', (_, rules) => {
    expect(judgeLifecycle(rules)).toEqual([]);
  });

  it.each([
    ['batches/', 29, /raw batches after 29 days.*30 days at least/],
    ['batches/cus-axon/', 7, /raw batches after 7 days/],
    ['', 365, /deletes from aggregates\/, whose objects are counts/],
    ['aggregates/minute/', 365, /deletes from aggregates\//],
    ['agg', 365, /deletes from aggregates\//],
  ])('are a problem if they delete %s after %i days', (prefix, days, problem) => {
    expect(judgeLifecycle([rule(prefix, days)])).toEqual([expect.stringMatching(problem)]);
  });
});
