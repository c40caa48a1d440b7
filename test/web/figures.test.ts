import { describe, expect, it } from 'vitest';
import { changeOf } from '../../web/figures/change.ts';
import type { ChartContent } from '../../web/figures/chart-content.ts';
import { chartData, drawnRange } from '../../web/figures/chart-data.ts';
import { knownValue, pendingStretches } from '../../web/figures/spans.ts';
import { countErrors, errorShare, statusClassOf } from '../../web/figures/errors.ts';
import { busiest, countBetween } from '../../web/figures/series.ts';

const none = { statuses: {}, agents: {} };

describe('countBetween', () => {
  it('has the window between each two edges, however far they are apart, and 0 where there is none', () => {
    const windows = [
      { ...none, start: 20, requests: 4, isComplete: false },
      { ...none, start: 0, requests: 1, isComplete: true },
      { ...none, start: 31, requests: 2, isComplete: true },
    ];
    expect(countBetween([0, 10, 20, 31, 40], windows)).toEqual([
      { ...none, from: 0, to: 10, requests: 1, isComplete: true },
      { ...none, from: 10, to: 20, requests: 0, isComplete: false },
      { ...none, from: 20, to: 31, requests: 4, isComplete: false },
      { ...none, from: 31, to: 40, requests: 2, isComplete: true },
    ]);
  });

  it('leaves out what is before the first edge or not before the last', () => {
    const windows = [
      { ...none, start: -1, requests: 1, isComplete: true },
      { ...none, start: 10, requests: 1, isComplete: true },
    ];
    expect(countBetween([0, 10], windows)).toEqual([
      { ...none, from: 0, to: 10, requests: 0, isComplete: false },
    ]);
  });
});

describe('busiest', () => {
  const bucket = (from: number, requests: number) => ({
    ...none,
    from,
    to: from + 1,
    requests,
    isComplete: true,
  });

  it('is the first one with the most requests', () => {
    expect(busiest([bucket(0, 1), bucket(1, 5), bucket(2, 5)])).toEqual(bucket(1, 5));
  });

  it('is none where there are no requests', () => {
    expect(busiest([bucket(0, 0)])).toBeUndefined();
  });
});

describe('changeOf', () => {
  it.each([
    [150, 100, { kind: 'grew', share: 0.5 }],
    [50, 100, { kind: 'shrank', share: 0.5 }],
    [7, 7, { kind: 'same' }],
    [0, 0, { kind: 'same' }],
    [7, 0, { kind: 'new' }],
  ])('from %d after %d', (current, previous, change) => {
    expect(changeOf(current, previous)).toEqual(change);
  });
});

describe('errors', () => {
  it('are 4xx and 5xx among the requests whose status is known', () => {
    const counts = countErrors([
      { key: '200', requests: 90 },
      { key: '404', requests: 6 },
      { key: '503', requests: 4 },
    ]);
    expect(counts).toEqual({ client: 6, server: 4, known: 100 });
    expect(errorShare(counts)).toBe(0.1);
  });

  it('have no share where no status is known', () => {
    expect(errorShare(countErrors([]))).toBeUndefined();
  });

  it.each([
    ['204', '2xx'],
    ['599', '5xx'],
    ['(other)', 'other'],
    ['4', 'other'],
    ['', 'other'],
  ])('%s is of the class %s', (status, statusClass) => {
    expect(statusClassOf(status)).toBe(statusClass);
  });
});

describe('the content of the chart', () => {
  const second = 1_000;
  const hour = 3_600_000;
  const spansOf = (length: number, spans: number) =>
    Array.from({ length: spans }, (_, place) => ({ from: place * length, to: (place + 1) * length }));
  const series = (...values: (number | null)[]) => ({ name: '', look: 'amount' as const, values });
  const contentOf = (content: Partial<ChartContent>): ChartContent => {
    const spans = content.spans ?? [];
    return {
      unit: 'hour',
      zone: 'UTC',
      range: { from: spans[0]?.from ?? 0, to: spans.at(-1)?.to ?? 0 },
      spans,
      stacked: [],
      lines: [],
      unknown: [],
      incomplete: undefined,
      label: '',
      describe: () => '',
      formatValue: String,
      formatTick: String,
      ...content,
    };
  };

  it('stands on each other, and the highest is drawn first', () => {
    const content = contentOf({
      spans: spansOf(hour, 3),
      stacked: [series(1, 2, null), series(3, null, null)],
    });
    expect(chartData(content)).toEqual([
      [0, hour / second, (2 * hour) / second, (3 * hour) / second],
      [4, 2, null, null],
      [1, 2, null, null],
    ]);
  });

  it('has lines, which last until the end of the last span', () => {
    expect(chartData(contentOf({ spans: spansOf(hour, 2), lines: [series(1, 2)] })).at(-1)).toEqual([
      1, 2, 2,
    ]);
  });

  it('is bars of equal width for partial units at the edges', () => {
    const part = { from: 0.7 * hour, to: 3.2 * hour };
    const content = contentOf({ spans: [part], range: part, stacked: [series(1)] });
    expect(chartData(content)[0]).toEqual([0, (4 * hour) / second]);
    expect(drawnRange(content)).toEqual({ from: 0, to: 4 * hour });
  });

  it('is an outline, which ends with the last span, if there are many', () => {
    const spans = spansOf(second, 101);
    const content = contentOf({ spans, unit: 'minute', stacked: [series(...spans.map(() => 5))] });
    const [starts, outline] = chartData(content);
    expect([starts.at(-1), outline?.at(-1), outline?.length]).toEqual([101, 5, 102]);
    expect(drawnRange(content)).toEqual({ from: 0, to: 101 * second });
  });

  const bucketOf = (place: number, isPending: boolean, requests = 1) => ({
    from: place * second,
    to: (place + 1) * second,
    ...none,
    requests,
    isComplete: false,
    isPending,
  });

  it('is hatched over whole spans that are still being counted', () => {
    const buckets = [true, true, false, true].map((isPending, place) => bucketOf(place, isPending));
    expect(pendingStretches(buckets)).toEqual([
      { from: 0, to: 2_000 },
      { from: 3_000, to: 4_000 },
    ]);
  });

  it('is nothing, not zero, in the future and where nothing is known yet', () => {
    expect(knownValue(bucketOf(0, false, 0), 0, 500)).toBe(0);
    expect(knownValue(bucketOf(0, true, 3), 3, 9_000)).toBe(3);
    expect(knownValue(bucketOf(0, true, 0), 0, 9_000)).toBeNull();
    expect(knownValue(bucketOf(2, false, 0), 0, 500)).toBeNull();
  });
});
