import { describe, expect, it } from 'vitest';
import { judgeBatch, type ReadBatch } from '../../lib/domain/judge-batch.ts';
import type { Consumed } from '../../lib/domain/judge-batch/consumption.ts';
import { isLikelyWaiting } from '../../lib/domain/judge-batch/is-likely-waiting.ts';
import { isOverdue } from '../../lib/domain/judge-batch/is-overdue.ts';
import { customer, instant, windowStart } from '../factories.ts';

const now = instant('2025-12-28T18:10:00Z');
const storedAt = instant('2025-12-28T18:04:00Z');
const limits = { marginSeconds: 5, lookAgainSeconds: 60, onlyEmitterSince: undefined };
const consumedThrough = (time: string): Consumed => ({ waitsWithin: undefined, through: instant(time) });
const past = consumedThrough('2025-12-28T18:05:00Z');
const behind = consumedThrough('2025-12-28T18:04:00Z');

function partial(minute: number, isLate = false) {
  const start = windowStart(`2025-12-28T18:0${minute}:00Z`);
  return { windowStart: start, part: 0, isLate, requests: 1, bytes: 100 };
}

function read(changes: Partial<ReadBatch> = {}): ReadBatch {
  return {
    header: { storedAt, partials: [partial(2), partial(3), partial(1, true)] },
    tombstone: undefined,
    uncounted: new Set(),
    consumption: { insights: past, late: past },
    emittedAgainAt: undefined,
    receiveCount: 1,
    ...changes,
  };
}

function forgottenBefore(time: string) {
  return { customerId: customer(), before: instant(time), completedAt: undefined };
}

describe('the state of a stored batch', () => {
  it('is counted once all of its windows include it, whatever its streams report', () => {
    const consumption = { insights: behind, late: behind };
    expect(judgeBatch(read({ consumption }), now, limits)).toEqual({ kind: 'counted' });
  });

  it('is waiting while its streams are behind', () => {
    const consumption = { insights: behind, late: behind };
    const state = judgeBatch(read({ uncounted: new Set([0, 2]), consumption }), now, limits);
    expect(state).toEqual({ kind: 'waiting' });
  });

  it('is lost where a stream is past it, for the partials of that stream alone', () => {
    const consumption = { insights: past, late: behind };
    const state = judgeBatch(read({ uncounted: new Set([0, 2]), consumption }), now, limits);
    expect(state).toEqual({ kind: 'lost', places: new Set([0]) });
  });

  it('is forgotten where its customer was forgotten after it was stored, also if nothing of it is counted', () => {
    const tombstone = forgottenBefore('2025-12-28T18:04:00Z');
    const state = judgeBatch(read({ tombstone, uncounted: new Set([0]) }), now, limits);
    expect(state).toEqual({ kind: 'forgotten', tombstone });
  });

  it('is that of any other batch where its customer was forgotten before it was stored', () => {
    const tombstone = forgottenBefore('2025-12-28T18:03:59Z');
    expect(judgeBatch(read({ tombstone }), now, limits)).toEqual({ kind: 'counted' });
  });
});

describe('a batch that is likely to wait', () => {
  const waiting = (from: string, to: string): Consumed => ({
    through: storedAt,
    waitsWithin: (first, end) => first < windowStart(to) && end > windowStart(from),
  });
  const none: Consumed = { through: now, waitsWithin: () => false };

  it('has records of its customer waiting between its first and its last window', () => {
    const insights = waiting('2025-12-28T18:02:00Z', '2025-12-28T18:03:00Z');
    const header = { storedAt, partials: [partial(1), partial(3)] };
    expect(isLikelyWaiting(header, { insights, late: none }, now, 5)).toBe(true);
  });

  it.each<[string, Consumed]>([
    ['nothing waits for its windows', waiting('2025-12-28T18:05:00Z', '2025-12-28T18:06:00Z')],
    [
      'all that waits was put after it',
      { ...waiting('2025-12-28T18:02:00Z', '2025-12-28T18:03:00Z'), through: now },
    ],
    ['nobody knows what waits', behind],
  ])('is not one where %s', (_, insights) => {
    const header = { storedAt, partials: [partial(1), partial(3)] };
    expect(isLikelyWaiting(header, { insights, late: none }, now, 5)).toBe(false);
  });
});

describe('a batch is overdue', () => {
  it.each([
    ['it was stored too long ago', '2025-12-28T17:54:59Z', '2025-12-28T18:09:00Z', true],
    ['it was stored by a clock that was ahead', '2025-12-28T18:25:01Z', '2025-12-28T18:09:00Z', true],
    ['it was first looked at too long ago', '2025-12-28T18:09:00Z', '2025-12-28T17:54:59Z', true],
    ['and not before', '2025-12-28T17:55:00Z', '2025-12-28T17:55:00Z', false],
  ])('where %s', (_, stored, firstLook, expected) => {
    expect(isOverdue(instant(stored), [instant(firstLook)], now, 900)).toBe(expected);
  });
});
