import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import {
  endOfWindow,
  enclosingWindowStart,
  minuteEndedBefore,
  minutesBefore,
  windowStartOf,
  type WindowSize,
} from '../../lib/domain/window.ts';
import { instant, windowStart } from '../factories.ts';

describe('windows', () => {
  it('are named as Date writes them, in all years', () => {
    const minutes = fc.integer({ min: 0, max: Date.parse('9999-12-31T23:59:00Z') / 60_000 });
    fc.assert(
      fc.property(minutes, (minute) => {
        const start = new Date(minute * 60_000).toISOString();
        expect(windowStartOf(minute as EpochMinute)).toBe(start.replace('.000Z', 'Z'));
      }),
      { numRuns: 2_000 },
    );
    for (const day of ['1970-01-01', '2000-02-29', '2024-02-29', '2100-02-28', '2100-03-01', '9999-12-31']) {
      const minute = Date.parse(`${day}T23:59:00Z`) / 60_000;
      expect(windowStartOf(minute as EpochMinute)).toBe(`${day}T23:59:00Z`);
    }
  });

  it('of a minute have ended once the whole of it and the allowed lateness have passed', () => {
    const minute = (Date.parse('2025-12-28T18:00:00Z') / 60_000) as EpochMinute;
    expect(minuteEndedBefore(minute, instant('2025-12-28T18:11:00.000Z'), 600)).toBe(false);
    expect(minuteEndedBefore(minute, instant('2025-12-28T18:11:00.001Z'), 600)).toBe(true);
  });

  it.each<[WindowSize, string, string, string]>([
    ['minute', '2025-12-28T18:03:00Z', '2025-12-28T18:03:00Z', '2025-12-28T18:04:00.000Z'],
    ['hour', '2025-12-28T18:59:00Z', '2025-12-28T18:00:00Z', '2025-12-28T19:00:00.000Z'],
    ['day', '2025-12-31T23:59:00Z', '2025-12-31T00:00:00Z', '2026-01-01T00:00:00.000Z'],
    ['day', '2024-02-29T12:00:00Z', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00.000Z'],
    ['day', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '1970-01-02T00:00:00.000Z'],
    ['hour', '9999-12-31T23:59:00Z', '9999-12-31T23:00:00Z', '+010000-01-01T00:00:00.000Z'],
  ])('have a %s around %s, from %s to %s', (size, minute, start, end) => {
    expect(enclosingWindowStart(windowStart(minute), size)).toBe(start);
    expect(endOfWindow(windowStart(start), size).toISOString()).toBe(end);
  });

  it('do not begin before 1970', () => {
    expect(minutesBefore(windowStart('1970-01-01T01:00:00Z'), 61)).toBe('1970-01-01T00:00:00Z');
  });
});
