import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeRange, type WindowRun } from '../../lib/domain/compose-range.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { endOfWindow, enclosingWindowStart, windowStartOf } from '../../lib/domain/window.ts';
import { instant, minuteOf, windowStart } from '../factories.ts';

const farFuture = instant('2030-01-01T00:00:00Z');

function composed(from: string, to: string, now = farFuture, allowedLatenessSeconds = 600): string[] {
  return composeRange(windowStart(from), windowStart(to), now, allowedLatenessSeconds).map(
    ({ windowSize, from, to }) => `${windowSize} ${from.slice(5, 16)} ${to.slice(5, 16)}`,
  );
}

/** Returns the number of windows in a run of minutes. */
function minutesIn({ from, to }: Pick<WindowRun, 'from' | 'to'>): number {
  return (Date.parse(to) - Date.parse(from)) / 60_000;
}

describe('composeRange', () => {
  it.each([
    ['a local day', '2025-12-27T23:00:00Z', '2025-12-28T23:00:00Z', ['hour 12-27T23:00 12-28T23:00']],
    [
      'ragged edges',
      '2025-12-27T22:58:00Z',
      '2025-12-31T01:01:00Z',
      [
        'minute 12-27T22:58 12-27T23:00',
        'hour 12-27T23:00 12-28T00:00',
        'day 12-28T00:00 12-31T00:00',
        'hour 12-31T00:00 12-31T01:00',
        'minute 12-31T01:00 12-31T01:01',
      ],
    ],
    ['less than an hour', '2025-12-28T18:30:00Z', '2025-12-28T19:20:00Z', ['minute 12-28T18:30 12-28T19:20']],
    ['one day', '2025-12-28T00:00:00Z', '2025-12-29T00:00:00Z', ['day 12-28T00:00 12-29T00:00']],
    ['nothing', '2025-12-28T18:00:00Z', '2025-12-28T18:00:00Z', []],
  ])('puts %s together from the largest windows that fit', (_, from, to, expected) => {
    expect(composed(from, to)).toEqual(expected);
  });

  it('takes minutes of the hours that are not long complete, and of those that may come from faster clocks', () => {
    const runs = composed('2025-12-28T16:00:00Z', '2025-12-28T23:00:00Z', instant('2025-12-28T19:09:00Z'));
    expect(runs).toEqual([
      'hour 12-28T16:00 12-28T18:00',
      'minute 12-28T18:00 12-28T21:00',
      'hour 12-28T21:00 12-28T23:00',
    ]);
  });

  it('takes an hour five minutes after it was complete, and not a millisecond before', () => {
    const range = ['2025-12-28T18:00:00Z', '2025-12-28T19:00:00Z'] as const;
    expect(composed(...range, instant('2025-12-28T19:15:00.000Z'))).toEqual([
      'minute 12-28T18:00 12-28T19:00',
    ]);
    expect(composed(...range, instant('2025-12-28T19:15:00.001Z'))).toEqual(['hour 12-28T18:00 12-28T19:00']);
  });

  it('does not read the past by the minute for more than a day, however long late data is waited for', () => {
    const now = instant('2025-12-28T12:00:00Z');
    const runs = composeRange(
      windowStart('2024-12-28T00:00:00Z'),
      windowStart('2025-12-28T12:00:00Z'),
      now,
      1e12,
    );
    const minutes = runs.filter(({ windowSize }) => windowSize === 'minute');
    expect(minutes.reduce((sum, run) => sum + minutesIn(run), 0)).toBe(25 * 60);
  });

  it('covers every minute of any range once, with whole windows, and few of them', () => {
    const minute = fc.integer({
      min: minuteOf('2023-12-25T00:00:00Z'),
      max: minuteOf('2025-03-05T00:00:00Z'),
    });
    fc.assert(
      fc.property(minute, minute, minute, fc.nat(200_000), (a, b, nowMinute, lateness) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)].map((at) => windowStartOf(at as EpochMinute));
        if (from === undefined || to === undefined) throw new Error('unreachable');
        const runs = composeRange(from, to, new Date(nowMinute * 60_000 + 1_234), lateness);
        let at = from;
        for (const run of runs) {
          expect(run.from).toBe(at);
          expect(run.to > run.from).toBe(true);
          for (const edge of [run.from, run.to]) {
            expect(enclosingWindowStart(edge, run.windowSize)).toBe(edge);
          }
          at = run.to;
        }
        expect(at).toBe(to);
        const windows = runs.map((run) => minutesIn(run) / minutesIn(lengthOf(run)));
        expect(windows.reduce((sum, count) => sum + count, 0)).toBeLessThan(440 + 4 * 23 + 4 * 59 + 27 * 60);
      }),
    );
  });
});

function lengthOf({ windowSize, from }: WindowRun): Pick<WindowRun, 'from' | 'to'> {
  const end = endOfWindow(from, windowSize).toISOString().replace('.000', '');
  return { from, to: windowStart(end) };
}
