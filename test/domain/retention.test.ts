import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRetention, encodeRetention } from '../../lib/domain/retention-format.ts';
import {
  deletableHorizon,
  horizonOf,
  nextRetention,
  noHorizon,
  takesEffectAt,
  type RetentionState,
} from '../../lib/domain/retention.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import { instant, windowStart } from '../factories.ts';

const nothing: RetentionState = { current: undefined, settled: undefined, announced: undefined };
const now = instant('2025-12-28T18:04:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const day = (text: string) => windowStart(`${text}T00:00:00Z`);
const set = (horizon: string, at = now): RetentionState => {
  return { current: { horizon: day(horizon), at }, settled: undefined, announced: undefined };
};

describe('horizonOf', () => {
  it('is a midnight, so that so many whole days are kept', () => {
    expect(horizonOf(now, 30)).toBe('2025-11-28T00:00:00Z');
    expect(horizonOf(instant('2025-12-28T00:00:00Z'), 1)).toBe('2025-12-27T00:00:00Z');
    expect(horizonOf(now, 36_525)).toBe(noHorizon);
  });
});

describe('nextRetention', () => {
  it('announces the first horizon a day before it is set', () => {
    const announced = nextRetention(nothing, day('2025-11-28'), now);
    expect(announced).toEqual({ ...nothing, announced: { horizon: day('2025-11-28'), at: now } });
    expect(nextRetention(announced, day('2025-11-28'), later(86_399))).toBe(announced);
    expect(nextRetention(announced, day('2025-11-29'), later(86_400))).toEqual(
      set('2025-11-29', later(86_400)),
    );
    expect(nextRetention(announced, day('2025-12-29'), later(86_400))).toEqual(
      set('2025-11-28', later(86_400)),
    );
  });

  it('moves on from day to day without an announcement', () => {
    expect(nextRetention(set('2025-11-27'), day('2025-11-28'), later(60))).toEqual(
      set('2025-11-28', later(60)),
    );
    expect(nextRetention(set('2025-11-26'), day('2025-11-28'), now).current?.horizon).toBe(
      '2025-11-28T00:00:00Z',
    );
    expect(nextRetention(set('2025-11-25'), day('2025-11-28'), now)).toEqual({
      ...set('2025-11-25'),
      announced: { horizon: day('2025-11-28'), at: now },
    });
  });

  it('never moves back, and forgets an announcement, when days are raised or retention is switched off', () => {
    const state = set('2025-11-28');
    expect(nextRetention(state, day('2025-10-01'), later(60))).toBe(state);
    expect(nextRetention(state, undefined, later(60))).toBe(state);
    const announced = { ...state, announced: { horizon: day('2025-12-20'), at: now } };
    expect(nextRetention(announced, day('2025-11-20'), later(86_400))).toEqual(state);
    expect(nextRetention(announced, undefined, later(86_400))).toEqual(state);
  });

  it('forgets what a clock has announced that was years ahead for a while', () => {
    const wrong = instant('2036-01-01T00:00:00Z');
    const state = nextRetention(set('2025-11-28'), horizonOf(wrong, 30), wrong);
    expect(state.current).toEqual(set('2025-11-28').current);
    const corrected = nextRetention(state, horizonOf(later(60), 30), later(60));
    expect(corrected).toEqual(set('2025-11-28'));
  });

  it('announces anew where days are lowered once more before the first announcement is over', () => {
    const announced = nextRetention(nothing, day('2025-11-28'), now);
    const raised = nextRetention(announced, day('2025-10-28'), later(3_600));
    expect(raised.announced).toEqual({ horizon: day('2025-10-28'), at: later(3_600) });
    expect(raised.current).toBeUndefined();
  });

  it('only ever moves forward, whatever the clock and the configuration say', () => {
    const step = fc.record({
      at: fc.date({
        min: instant('2025-01-01T00:00:00Z'),
        max: instant('2027-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
      days: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = nothing;
        for (const { at, days } of steps) {
          const next = nextRetention(state, days === undefined ? undefined : horizonOf(at, days), at);
          expect((next.current?.horizon ?? noHorizon) >= (state.current?.horizon ?? noHorizon)).toBe(true);
          if (next.current !== state.current)
            expect((next.current?.horizon ?? noHorizon) <= horizonOf(at, days ?? 0)).toBe(true);
          if (days === undefined) expect(next.current).toEqual(state.current);
          state = next;
        }
      }),
    );
  });
});

describe('deletableHorizon', () => {
  it('is the horizon a quarter of an hour after it was set, and not before by a clock that was set back', () => {
    const state = set('2025-11-28');
    expect(deletableHorizon(state, later(899))).toBeUndefined();
    expect(deletableHorizon(state, later(900))).toBe('2025-11-28T00:00:00Z');
    expect(deletableHorizon(state, later(-7_200))).toBeUndefined();
    expect(deletableHorizon(nothing, now)).toBeUndefined();
  });

  it('is that of the day before, where each day sets a new one and is over before it has settled', () => {
    const tomorrow = later(86_400);
    const state = nextRetention(set('2025-11-28'), day('2025-11-29'), tomorrow);
    expect(deletableHorizon(state, tomorrow)).toBe('2025-11-28T00:00:00Z');
    const atOnce = nextRetention(state, day('2025-11-30'), tomorrow);
    expect(deletableHorizon(atOnce, tomorrow)).toBe('2025-11-28T00:00:00Z');
  });

  it('is announced for a day', () => {
    expect(takesEffectAt({ horizon: day('2025-11-28'), at: now })).toEqual(later(86_400));
  });
});

describe('the stored horizon', () => {
  const state = {
    ...set('2025-11-28'),
    settled: day('2025-11-27'),
    announced: { horizon: day('2025-12-20'), at: later(60) },
  };
  const text =
    '{"formatVersion":1,"current":{"horizon":"2025-11-28T00:00:00Z","at":"2025-12-28T18:04:00.000Z"},"settled":"2025-11-27T00:00:00Z",' +
    '"announced":{"horizon":"2025-12-20T00:00:00Z","at":"2025-12-28T18:05:00.000Z"}}\n';

  it('is written as it always was, and read back', () => {
    expect(encodeRetention(state).toString()).toBe(text);
    expect(decodeRetention(Buffer.from(text))).toEqual(state);
    expect(decodeRetention(encodeRetention(nothing))).toEqual(nothing);
  });

  it.each([
    ['of a newer version', text.replace('"formatVersion":1', '"formatVersion":2')],
    ['that is cut off', text.slice(0, 40)],
    ['that is no midnight', text.replace('2025-11-28T00:00', '2025-11-28T01:00')],
    ['that is empty', ''],
  ])('is refused where there is one %s', (_what, damaged) => {
    expect(() => decodeRetention(Buffer.from(damaged))).toThrow(UnreadableFormat);
  });
});
