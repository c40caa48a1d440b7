import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAlertRules } from '../../../lib/domain/alerts/alert-rules.ts';
import type { HourCounts } from '../../../lib/domain/alerts/baseline.ts';
import {
  judgeHour,
  noSilence,
  silenceWith,
  type HourToJudge,
} from '../../../lib/domain/alerts/judge-hour.ts';
import { customer } from '../../factories.ts';

const rules = parseAlertRules('{"formatVersion":1}').of(customer());

function counts(requests: number, serverErrors = 0, clientErrors = 0): HourCounts {
  return { requests, serverErrors, clientErrors };
}

/** Creates an hour with this many requests, whose previous weeks had these. */
function hour(
  requests: number,
  weeks: readonly (number | undefined)[],
  more: Partial<HourToJudge> = {},
): HourToJudge {
  const before = weeks.map((week) => (week === undefined ? undefined : counts(week)));
  return { counts: counts(requests), weeks: before, isHoliday: false, silence: noSilence, ...more };
}

describe('a fall', () => {
  it.each([
    ['half of the usual traffic', 500, [1_000, 1_000, 1_000, 1_000], 'unusual'],
    ['a little more than half', 501, [1_000, 1_000, 1_000, 1_000], 'between'],
    ['three quarters, from which on it is over', 750, [1_000, 1_000, 1_000, 1_000], 'usual'],
    ['one of four weeks that had an outage', 1_000, [0, 1_000, 1_000, 1_000], 'usual'],
    ['one of four weeks that had a rise', 1_000, [9_000, 1_000, 1_000, 1_000], 'usual'],
    ['two weeks that are known', 400, [1_000, 1_000, undefined, undefined], 'unusual'],
    ['one week that is known', 0, [1_000, undefined, undefined, undefined], 'not judged'],
    ['a night in which hardly anything is usual', 0, [49, 49, 49, 49], 'not judged'],
    ['a difference that may be chance', 25, [50, 50, 50, 50], 'between'],
  ] as const)('judges %s', (_, requests, weeks, verdict) => {
    const own = { ...rules, silence: undefined };
    expect(judgeHour('fall', hour(requests, weeks), own).verdict).toBe(verdict);
  });

  it('is not judged on a holiday, nor where the hour is a silence, which is an alert of its own', () => {
    const weeks = [1_000, 1_000, 1_000, 1_000];
    expect(judgeHour('fall', hour(10, weeks, { isHoliday: true }), rules).verdict).toBe('not judged');
    expect(judgeHour('fall', hour(0, weeks), rules).verdict).toBe('not judged');
    expect(judgeHour('fall', hour(0, weeks), { ...rules, silence: undefined }).verdict).toBe('unusual');
  });
});

describe('a rise', () => {
  it.each([
    ['three times the usual traffic', 3_000, [1_000, 1_000, 1_000, 1_000], 'unusual'],
    ['a little less', 2_999, [1_000, 1_000, 1_000, 1_000], 'between'],
    ['twice, from which on it is over', 2_000, [1_000, 1_000, 1_000, 1_000], 'usual'],
    ['many times almost nothing', 99, [1, 1, 1, 1], 'between'],
    ['traffic where none is usual', 100, [0, 0, 0, 0], 'unusual'],
    ['one of two weeks that had a rise', 3_000, [1_000, 3_000, undefined, undefined], 'usual'],
    ['one week that is known', 9_000, [1_000, undefined, undefined, undefined], 'not judged'],
  ] as const)('judges %s', (_, requests, weeks, verdict) => {
    expect(judgeHour('rise', hour(requests, weeks), rules).verdict).toBe(verdict);
  });
});

describe('errors', () => {
  const judged = (of: HourCounts, before: readonly HourCounts[] = [], own = rules) =>
    judgeHour('errors', { counts: of, weeks: before, isHoliday: false, silence: noSilence }, own).verdict;

  it('are judged without previous weeks', () => {
    expect(judged(counts(1_000, 100))).toBe('unusual');
    expect(judged(counts(1_000, 40))).toBe('between');
    expect(judged(counts(1_000, 25))).toBe('usual');
  });

  it('must be more than chance, and of enough requests', () => {
    expect(judged(counts(100, 6))).toBe('between');
    expect(judged(counts(49, 49))).toBe('not judged');
  });

  it('are compared with the usual share', () => {
    const weeks = [counts(1_000, 100), counts(1_000, 100), counts(1_000, 100)];
    expect(judged(counts(1_000, 150), weeks)).toBe('between');
    expect(judged(counts(1_000, 300), weeks)).toBe('unusual');
  });

  it('include those of clients where the rule says so', () => {
    const own = parseAlertRules('{"formatVersion":1,"defaults":{"errors":{"fromStatus":400}}}').of(
      customer(),
    );
    expect(judged(counts(1_000, 0, 200))).toBe('usual');
    expect(judged(counts(1_000, 0, 200), [], own)).toBe('unusual');
  });
});

describe('a silence', () => {
  const judged = (given: HourToJudge, own = rules) => judgeHour('silence', given, own).verdict;

  it.each([
    ['an hour in which twenty requests are usual', 0, [20, 20, 20, 20], 'unusual'],
    ['an hour in which fewer are usual', 0, [19, 19, 19, 19], 'between'],
    ['a single request', 1, [500, 500, 500, 500], 'usual'],
    ['a new customer', 0, [undefined, undefined, undefined, undefined], 'between'],
    ['two of four weeks that were silent', 0, [0, 500, 0, 500], 'between'],
  ] as const)('judges %s', (_, requests, weeks, verdict) => {
    expect(judged(hour(requests, weeks))).toBe(verdict);
  });

  it('adds up quiet hours', () => {
    const first = hour(0, [12, 12, 12, 12]);
    const second = { ...hour(0, [12, 12, 12, 12]), silence: silenceWith(first) };
    expect([judged(first), judged(second)]).toEqual(['between', 'unusual']);
    expect(silenceWith({ ...hour(1, []), silence: silenceWith(second) })).toEqual(noSilence);
  });

  it('is neither judged nor added up on a holiday', () => {
    const holiday = hour(0, [500, 500, 500, 500], { isHoliday: true, silence: { hours: 1, usual: 9 } });
    expect(judged(holiday)).toBe('not judged');
    expect(silenceWith(holiday)).toEqual({ hours: 1, usual: 9 });
  });
});

describe('every hour', () => {
  const anyCount = fc.nat(1_000_000);
  const anyWeeks = fc.array(fc.option(anyCount, { nil: undefined }), { minLength: 4, maxLength: 4 });

  it('is the less usual, the further it is away from what is usual', () => {
    const order = ['usual', 'between', 'unusual'];
    fc.assert(
      fc.property(anyCount, anyCount, anyWeeks, (a, b, weeks) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const own = { ...rules, silence: undefined };
        const verdictOf = (kind: 'fall' | 'rise', requests: number) =>
          order.indexOf(judgeHour(kind, hour(requests, weeks), own).verdict);
        expect(verdictOf('fall', less)).toBeGreaterThanOrEqual(verdictOf('fall', more));
        expect(verdictOf('rise', more)).toBeGreaterThanOrEqual(verdictOf('rise', less));
      }),
    );
  });

  it('does not depend on the order of the weeks, and is usual where all are equal', () => {
    fc.assert(
      fc.property(anyCount, anyWeeks, fc.nat(23), (requests, weeks, seed) => {
        const turned = [...weeks.slice(seed % 4), ...weeks.slice(0, seed % 4)];
        for (const kind of ['fall', 'rise', 'silence'] as const) {
          expect(judgeHour(kind, hour(requests, turned), rules)).toEqual(
            judgeHour(kind, hour(requests, weeks), rules),
          );
          const same = judgeHour(
            kind,
            hour(
              requests,
              Array.from({ length: 4 }, () => requests),
            ),
            rules,
          );
          expect(same.verdict).not.toBe(requests === 0 && kind === 'silence' ? 'usual' : 'unusual');
        }
      }),
    );
  });
});
