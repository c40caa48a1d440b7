import { describe, expect, it } from 'vitest';
import { changeOf } from '../../web/figures/change.ts';
import { barData, outlineData } from '../../web/figures/chart-data.ts';
import { countErrors, errorShare, statusClassOf } from '../../web/figures/errors.ts';
import { busiest, countBetween } from '../../web/figures/series.ts';

describe('countBetween', () => {
  it('adds up the windows between each two edges, and has 0 where there are none', () => {
    const windows = [
      { start: 25, requests: 4 },
      { start: 0, requests: 1 },
      { start: 5, requests: 2 },
    ];
    expect(countBetween([0, 10, 20, 30], windows)).toEqual([
      { from: 0, to: 10, requests: 3 },
      { from: 10, to: 20, requests: 0 },
      { from: 20, to: 30, requests: 4 },
    ]);
  });

  it('leaves out what is before the first edge or not before the last', () => {
    const windows = [
      { start: -1, requests: 1 },
      { start: 10, requests: 1 },
    ];
    expect(countBetween([0, 10], windows)).toEqual([{ from: 0, to: 10, requests: 0 }]);
  });
});

describe('busiest', () => {
  const bucket = (from: number, requests: number) => ({ from, to: from + 1, requests });

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

describe('what the chart draws', () => {
  const buckets = [0, 1, 2, 3].map((index) => ({
    from: index * 1_000,
    to: (index + 1) * 1_000,
    requests: index + 1,
  }));

  it('are bars: over, running, and none for what lies ahead', () => {
    expect(barData(buckets, 2_500)).toEqual([
      [0, 1, 2, 3],
      [1, 2, null, null],
      [null, null, 3, null],
    ]);
  });

  it('is an outline up to the end of the one that runs', () => {
    expect(outlineData(buckets, 2_500)).toEqual([
      [0, 1, 2, 3],
      [1, 2, 3, 3],
      [null, null, null, null],
    ]);
  });
});
