import { describe, expect, it } from 'vitest';
import { changeOf } from '../../web/figures/change.ts';
import { barData, drawnRange, outlineData, pendingStretches } from '../../web/figures/chart-data.ts';
import { countErrors, errorShare, statusClassOf } from '../../web/figures/errors.ts';
import { busiest, countBetween } from '../../web/figures/series.ts';

describe('countBetween', () => {
  it('adds up the windows between each two edges, and has 0 where there are none', () => {
    const windows = [
      { start: 25, requests: 4, isComplete: true },
      { start: 0, requests: 1, isComplete: true },
      { start: 5, requests: 2, isComplete: true },
    ];
    expect(countBetween([0, 10, 20, 30], windows, 5)).toEqual([
      { from: 0, to: 10, requests: 3, isComplete: true },
      { from: 10, to: 20, requests: 0, isComplete: false },
      { from: 20, to: 30, requests: 4, isComplete: false },
    ]);
  });

  it('leaves out what is before the first edge or not before the last', () => {
    const windows = [
      { start: -1, requests: 1, isComplete: true },
      { start: 10, requests: 1, isComplete: true },
    ];
    expect(countBetween([0, 10], windows, 1)).toEqual([{ from: 0, to: 10, requests: 0, isComplete: false }]);
  });

  it('knows a time to be complete when all of its windows are there and are', () => {
    const window = (start: number, isComplete: boolean) => ({ start, requests: 1, isComplete });
    const isComplete = (...windows: ReturnType<typeof window>[]) =>
      countBetween([0, 2], windows, 1)[0]?.isComplete;
    expect(isComplete(window(0, true), window(1, true))).toBe(true);
    expect(isComplete(window(0, true), window(1, false))).toBe(false);
    expect(isComplete(window(0, true))).toBe(false);
  });
});

describe('busiest', () => {
  const bucket = (from: number, requests: number) => ({ from, to: from + 1, requests, isComplete: true });

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
  const units = { unit: 'hour', zone: 'UTC' } as const;
  const bucketsOf = (length: number, pending: readonly number[] = []) =>
    [0, 1, 2, 3].map((index) => ({
      from: index * length,
      to: (index + 1) * length,
      requests: index === 3 ? 0 : index + 1,
      isComplete: false,
      isPending: pending.includes(index),
    }));

  it('is bars: over, running, and none for the future', () => {
    expect(barData(bucketsOf(hour), 2.5 * hour, units)).toEqual([
      [0, hour / second, (2 * hour) / second, (3 * hour) / second],
      [1, 2, null, null],
      [null, null, 3, null],
    ]);
  });

  it('is bars of another kind for buckets still being counted, and none, not zero, for unknown ones', () => {
    expect(barData(bucketsOf(hour, [1, 3]), 9 * hour, units).slice(1)).toEqual([
      [1, null, 3, null],
      [null, 2, null, null],
    ]);
  });

  it('is bars of equal width for partial units at the edges', () => {
    const part = { from: 0.7 * hour, to: hour, requests: 1, isComplete: true, isPending: false };
    expect(barData([part], 9 * hour, units)[0]).toEqual([0]);
    expect(drawnRange({ from: 0.7 * hour, to: 3.2 * hour }, true, units)).toEqual({ from: 0, to: 4 * hour });
    expect(drawnRange({ from: 0.7 * hour, to: 3.2 * hour }, false, units)).toEqual({
      from: 0.7 * hour,
      to: 3.2 * hour,
    });
  });

  it('is an outline up to the end of the running unit, with gaps where it is not known', () => {
    expect(outlineData(bucketsOf(second), 2_500)).toEqual([
      [0, 1, 2, 3],
      [1, 2, 3, 3],
      [null, null, null, null],
    ]);
    expect(outlineData(bucketsOf(second, [3]), 9_000).slice(0, 2)).toEqual([
      [0, 1, 2, 3, 4],
      [1, 2, 3, null, null],
    ]);
  });

  it('is hatched over whole spans that are still being counted', () => {
    expect(pendingStretches(bucketsOf(second, [0, 1, 3]))).toEqual([
      { from: 0, to: 2_000 },
      { from: 3_000, to: 4_000 },
    ]);
  });
});
