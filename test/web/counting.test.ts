import { describe, expect, it } from 'vitest';
import type { AnswerProgress } from '../../web/api/answers.ts';
import type { Report } from '../../web/api/load-report.ts';
import {
  countingOf,
  endOfDoubt,
  markPending,
  mayMissEntries,
  type Counting,
} from '../../web/figures/counting.ts';
import { describeCounting, describePending, describeRequests } from '../../web/text/counting.ts';
import { keyTable, seriesTable } from '../../web/text/download-tables.ts';

const at = (text: string): number => Date.parse(text);
const now = at('2025-12-28T18:03:07Z');
const month = { from: at('2025-10-01T00:00Z'), to: at('2025-11-01T00:00Z') };
const day = { from: at('2025-12-27T19:00Z'), to: at('2025-12-28T19:00Z') };
const lately = now - 1_000;

const progress = (some: Partial<AnswerProgress> = {}): AnswerProgress => ({
  countedThrough: lately,
  waiting: 0,
  isComplete: false,
  ...some,
});

describe('countingOf', () => {
  it.each<[string, AnswerProgress | undefined, typeof month, Counting]>([
    ['an older version', undefined, month, { kind: 'unsaid' }],
    ['all is counted', progress({ isComplete: true }), month, { kind: 'counted', through: lately }],
    [
      'entries wait, but none of this range',
      progress({ isComplete: true, waiting: 9 }),
      month,
      { kind: 'counted', through: lately },
    ],
    ['entries wait', progress({ waiting: 9 }), month, { kind: 'waiting', entries: 9, through: lately }],
    [
      'entries wait, and the clock was set back',
      progress({ waiting: 9, countedThrough: null }),
      month,
      { kind: 'waiting', entries: 9, through: undefined },
    ],
    ['nothing is known', progress({ waiting: undefined, countedThrough: null }), day, { kind: 'unknown' }],
    ['the range is not over', progress(), day, { kind: 'counted', through: lately }],
    [
      'the range is long over, and still not complete: hours follow their minutes',
      progress(),
      month,
      { kind: 'summing-up', through: lately },
    ],
    [
      'the range is long over, and still not complete, and nobody knows more',
      progress({ waiting: undefined }),
      month,
      { kind: 'behind', through: lately },
    ],
    [
      'it is not known what waits',
      progress({ waiting: undefined, countedThrough: now - 180_000 }),
      day,
      { kind: 'counted', through: now - 180_000 },
    ],
  ])('where %s', (_name, said, range, counting) => {
    expect(countingOf(said, range, false)).toEqual(counting);
  });

  it('is behind where a part of what is shown is', () => {
    expect(countingOf(progress({ waiting: undefined }), day, true)).toEqual({
      kind: 'behind',
      through: lately,
    });
    expect(countingOf(progress(), day, true)).toEqual({ kind: 'summing-up', through: lately });
  });
});

describe('what may be missing', () => {
  it.each<[AnswerProgress | undefined, boolean]>([
    [undefined, false],
    [progress(), false],
    [progress({ isComplete: true, waiting: 5 }), false],
    [progress({ waiting: 5 }), true],
    [progress({ countedThrough: null }), true],
    [progress({ countedThrough: now - 180_000 }), true],
  ])('%j: %s', (said, may) => {
    expect(mayMissEntries(said, now)).toBe(may);
  });

  const hoursOf = (isComplete: boolean) =>
    ['15', '16', '17', '18'].map((hour) => {
      const from = at(`2025-12-28T${hour}:00Z`);
      return { from, to: from + 3_600_000, requests: 5, statuses: {}, agents: {}, isComplete };
    });
  const hours = hoursOf(true);
  const doubtful = hoursOf(false);
  const changed = (index: number, some: object) =>
    hours.map((hour, position) => (position === index ? { ...hour, ...some } : hour));

  it('is asked for up to the last hour that late entries are not waited for', () => {
    expect(endOfDoubt(changed(0, { isComplete: false }), now)).toBe(at('2025-12-28T17:00Z'));
    expect(endOfDoubt(changed(2, { isComplete: false }), now)).toBeUndefined();
  });

  const pendingHours = (buckets: typeof hours, said: AnswerProgress, completeBefore = 0) =>
    markPending(buckets, said, completeBefore, now).flatMap(({ isPending }, hour) =>
      isPending ? [15 + hour] : [],
    );

  it.each<[string, typeof hours, AnswerProgress, readonly number[]]>([
    ['nothing waits', changed(0, { isComplete: false }), progress(), []],
    ['an old hour is not complete', changed(0, { isComplete: false }), progress({ waiting: 5 }), [15]],
    ['all are complete', hours, progress({ waiting: 5 }), []],
    ['the last hour has entries', changed(2, { isComplete: false }), progress({ waiting: 5 }), []],
    [
      'the last hour has none so far',
      changed(2, { isComplete: false, requests: 0 }),
      progress({ waiting: 5 }),
      [17],
    ],
    [
      'the last hour is not counted through, as metrics come late',
      changed(2, { isComplete: false }),
      progress({ waiting: undefined, countedThrough: at('2025-12-28T17:59Z') }),
      [17],
    ],
    ['the hour is not over', changed(3, { isComplete: false, requests: 0 }), progress({ waiting: 5 }), []],
    ['nothing is known', doubtful, progress({ countedThrough: null }), [15, 16, 17]],
  ])('where %s', (_name, buckets, said, pending) => {
    expect(pendingHours(buckets, said)).toEqual(pending);
  });

  it('is not what the pipeline says is complete', () => {
    expect(pendingHours(doubtful, progress({ waiting: 5 }), at('2025-12-28T16:00Z'))).toEqual([16]);
  });
});

describe('the words for it', () => {
  it.each<[Counting, string]>([
    [{ kind: 'unsaid' }, ''],
    [{ kind: 'counted', through: lately }, 'Counted through 19:03:06'],
    [{ kind: 'counted', through: at('2025-12-27T12:00Z') }, 'Counted through 27 Dec, 13:00:00'],
    [
      { kind: 'waiting', entries: 23_401, through: lately },
      'Still counting 23,401 entries · counted through 19:03:06',
    ],
    [{ kind: 'waiting', entries: 1, through: undefined }, 'Still counting 1 entry'],
    [{ kind: 'unknown' }, 'Not known yet what is still being counted'],
    [
      { kind: 'summing-up', through: lately },
      'Hours and days are still being summed up · counted through 19:03:06',
    ],
    [{ kind: 'behind', through: lately }, 'Still counting · counted through 19:03:06'],
  ])('%j', (counting, text) => {
    expect(describeCounting(counting, now, 'Europe/Berlin')).toBe(text);
  });

  it('are never a zero for what is still being counted', () => {
    expect(describeRequests({ requests: 0, isPending: true })).toBe('Not known yet');
    expect(describeRequests({ requests: 1_234, isPending: true })).toBe('1,234 requests so far');
    expect([0, 1_234].map(describePending)).toEqual(['Not known yet', '1,234 so far']);
    expect(describeRequests({ requests: 0, isPending: false })).toBe('0 requests');
    expect(describeRequests({ requests: 1, isPending: false })).toBe('1 request');
  });
});

describe('downloaded tables', () => {
  const from = at('2025-12-28T18:00Z');
  const bucket = { from, to: from + 3_600_000, requests: 0, statuses: {}, agents: {} };
  const buckets = [{ ...bucket, isComplete: false, isPending: true }];
  const total = (said: AnswerProgress | undefined) => {
    const topPaths = [{ key: 'GET /', requests: 3 }];
    return {
      customer: 'cus-axon',
      progress: said,
      requests: 3,
      topPaths,
      topUserAgents: [],
      rejections: undefined,
      topStatuses: [],
      statuses: {},
      agents: {},
      topErrorPaths: [],
      agentClasses: [],
      topReferrers: [],
      topHosts: [],
      topCountries: [],
    };
  };
  const reportOf = (said: AnswerProgress | undefined) =>
    ({
      buckets,
      comparison: { total: total(said), buckets: [bucket] },
      weeksBack: 1,
      zone: 'UTC',
      total: total(said),
    }) as unknown as Report;

  it('say how far they are counted, and which time is still being counted', () => {
    expect(seriesTable(reportOf(progress()), 'all', now)).toEqual({
      head: ['from', 'to', 'requests', 'stillCounting', 'countedThrough'],
      rows: [
        ['2025-12-28T18:00:00+00:00', '2025-12-28T19:00:00+00:00', 0, 'true', '2025-12-28T18:03:06.000Z'],
      ],
    });
    const said = total(progress({ countedThrough: null }));
    expect(keyTable('path', said.topPaths, said)).toEqual({
      head: ['path', 'requests', 'countedThrough'],
      rows: [['GET /', 3, '']],
    });
  });

  it('claim nothing where the pipeline does not say', () => {
    expect(seriesTable(reportOf(undefined), 'all', now).head).toEqual(['from', 'to', 'requests']);
    const said = total(undefined);
    expect(keyTable('path', said.topPaths, said).rows).toEqual([['GET /', 3]]);
  });
});
