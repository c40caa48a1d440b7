import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVisitorMarks } from '../../lib/domain/visitor-marks.ts';
import {
  addMark,
  addVisitors,
  addVisitorsText,
  estimateRegisters,
  estimateVisitorsText,
  isVisitorsText,
  markOf,
  readVisitors,
  registerCount,
  visitorsText,
} from '../../lib/domain/visitors.ts';

const mark = (name: string) => markOf(createHash('sha256').update(name).digest());

function visitorsOf(names: readonly string[]): Map<number, number> {
  const visitors = new Map<number, number>();
  for (const name of names) addMark(visitors, mark(name));
  return visitors;
}

function estimateVisitors(visitors: ReadonlyMap<number, number>): number {
  const registers = new Uint8Array(registerCount);
  addVisitorsText(registers, visitorsText(visitors));
  return estimateRegisters(registers);
}

const named = (count: number, prefix = 'visitor') =>
  Array.from({ length: count }, (_, n) => `${prefix} ${n}`);

describe('visitors', () => {
  it.each([0, 1, 2, 10])('are estimated exactly where there are few: %i', (count) => {
    expect(estimateVisitors(visitorsOf(named(count)))).toBe(count);
  });

  it.each([100, 1_000, 5_000, 20_000, 100_000])('are estimated within 5 %% where there are %i', (count) => {
    const estimate = estimateVisitors(visitorsOf(named(count)));
    expect(Math.abs(estimate - count) / count).toBeLessThan(0.05);
  });

  it('are estimated with a standard error of about 1.6 %', () => {
    const errors = named(60, 'trial').map((trial) => {
      const estimate = estimateVisitors(visitorsOf(named(3_000, trial)));
      return (estimate / 3_000 - 1) ** 2;
    });
    const standardError = Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / errors.length);
    expect(standardError).toBeLessThan(0.022);
  });

  it('are the same in any order, any split and any repetition', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (some, others) => {
        const sum = visitorsOf(others);
        addVisitors(sum, visitorsOf(some));
        addVisitors(sum, visitorsOf(some));
        expect(visitorsText(sum)).toBe(visitorsText(visitorsOf([...some, ...others])));
      }),
    );
  });

  it.each([0, 1, 30, 1_500, 1_700, 2_500, 60_000])('are read as they were written, with %i', (count) => {
    const visitors = visitorsOf(named(count));
    const text = visitorsText(visitors);
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(isVisitorsText(text)).toBe(true);
    expect(visitorsText(readVisitors(text))).toBe(text);
    expect(readVisitors(text).size).toBe(visitors.size);
    expect(estimateVisitorsText(text)).toBe(estimateVisitors(visitors));
  });

  it.each(['A', 'AAA', 'AABAAB', 'ABBAAB', 'AA-', 'AA*', '__B'.repeat(1_366), 'é', 'A'.repeat(4_096)])(
    'are refused in a text that nobody writes: %j',
    (text) => {
      expect(isVisitorsText(text)).toBe(false);
    },
  );
});

describe('the marks of visitors', () => {
  const visitor = { address: '192.0.2.1', userAgent: 'Firefox', day: 20_450 };
  const marksOf = (secret: string) => createVisitorMarks(secret);
  const one = marksOf('a'.repeat(32));

  it('are the same in every process that has the secret', () => {
    expect(one.markOf(visitor)).toBe(marksOf('a'.repeat(32)).markOf(visitor));
    expect(one.markOf(visitor)).toBe(one.markOf(visitor));
    expect(one.version).toBe(marksOf('a'.repeat(32)).version);
  });

  it('differ by address, agent, day and secret', () => {
    const marks = [
      one.markOf(visitor),
      one.markOf({ ...visitor, address: '192.0.2.2' }),
      one.markOf({ ...visitor, userAgent: 'Chrome' }),
      one.markOf({ ...visitor, day: 20_451 }),
      one.markOf({ ...visitor, day: 20_452 }),
      marksOf('b'.repeat(32)).markOf(visitor),
    ];
    expect(new Set(marks).size).toBe(marks.length);
    expect(one.version).not.toBe(marksOf('b'.repeat(32)).version);
  });
});
