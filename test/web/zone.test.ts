import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantAt, offsetName, offsetNames, startOfDay, wallClock } from '../../web/period/zone.ts';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString().replace(':00.000Z', 'Z');

describe('wallClock', () => {
  it.each([
    ['Europe/Berlin', '2025-12-28T18:03:07Z', '2025-12-28T19:03:07Z'],
    ['Asia/Kathmandu', '2025-12-28T18:30:00Z', '2025-12-29T00:15:00Z'],
    ['America/New_York', '2025-07-01T00:00:00Z', '2025-06-30T20:00:00Z'],
    ['UTC', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ])('in %s at %s shows %s', (zone, instant, wall) => {
    expect(wallClock(at(instant), zone)).toBe(at(wall));
  });

  it.each([
    ['Europe/Berlin', '2025-10-26T00:00Z'],
    ['America/St_Johns', '2006-10-29T00:00Z'], // clocks are changed at a minute past midnight
    ['Australia/Lord_Howe', '2025-04-05T00:00Z'], // by half an hour
    ['Pacific/Apia', '2011-12-30T00:00Z'], // a day is skipped
  ])('shows in %s each minute from %s what the browser shows', (zone, from) => {
    const shown = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    for (let minute = 0; minute < 1_440; minute++) {
      const instant = at(from) + minute * 60_000;
      const wall = new Date(wallClock(instant, zone)).toISOString();
      expect(wall.slice(0, 19).replace('T', ' ')).toBe(shown.format(instant));
    }
  });
});

describe('instantAt', () => {
  it('is the first one where clocks show a time twice', () => {
    expect(iso(instantAt(at('2025-10-26T02:30Z'), 'Europe/Berlin'))).toBe('2025-10-26T00:30Z');
  });

  it('goes on behind the gap where clocks skip a time', () => {
    expect(iso(instantAt(at('2025-03-30T02:30Z'), 'Europe/Berlin'))).toBe('2025-03-30T01:30Z');
  });
});

describe('startOfDay', () => {
  it.each([
    ['Europe/Berlin', '2025-12-28T23:30Z', '2025-12-28T23:00Z'],
    ['Asia/Kolkata', '2025-12-28T12:00Z', '2025-12-27T18:30Z'],
    // Clocks went from 24:00 of the day before to 01:00: this day has no midnight.
    ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00Z'],
    // Clocks went from 01:00 back to 00:00: this day has two.
    ['America/Havana', '2025-11-02T12:00Z', '2025-11-02T04:00Z'],
  ])('in %s of %s is %s', (zone, instant, start) => {
    expect(iso(startOfDay(at(instant), zone))).toBe(start);
  });

  it('of the next day is 23 or 25 hours later where clocks change', () => {
    const hours = (day: string) => {
      const start = startOfDay(at(day), 'Europe/Berlin');
      return (startOfDay(start, 'Europe/Berlin', 1) - start) / 3_600_000;
    };
    expect(hours('2025-03-30T12:00Z')).toBe(23);
    expect(hours('2025-10-26T12:00Z')).toBe(25);
    expect(hours('2025-12-28T12:00Z')).toBe(24);
  });

  it('is the first instant of its date, in any zone at any time', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kathmandu',
      'America/Havana',
      'America/Sao_Paulo',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
    );
    const instants = fc.integer({ min: at('1975-01-01T00:00Z'), max: at('2035-01-01T00:00Z') });
    const dateOf = (instant: number, zone: string) => iso(wallClock(instant, zone)).slice(0, 10);
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const start = startOfDay(instant, zone);
        expect(start).toBeLessThanOrEqual(instant);
        expect(dateOf(start, zone)).toBe(dateOf(instant, zone));
        expect(dateOf(start - 1, zone)).not.toBe(dateOf(instant, zone));
      }),
    );
  });
});

describe('offsetNames', () => {
  it.each([
    ['2025-07-01T00:00Z', '2025-07-02T00:00Z', 'UTC+2'],
    ['2025-10-20T00:00Z', '2025-10-27T00:00Z', 'UTC+2 and UTC+1'],
    ['2025-01-01T00:00Z', '2026-01-01T00:00Z', 'UTC+1 and UTC+2'],
    ['2025-03-30T00:59Z', '2025-03-30T01:01Z', 'UTC+1 and UTC+2'],
  ])('from %s to %s are %s', (from, to, names) => {
    expect(offsetNames(at(from), at(to), 'Europe/Berlin')).toBe(names);
  });
});

describe('offsetName', () => {
  it.each([
    ['UTC', 'UTC'],
    ['Europe/Berlin', 'UTC+1'],
    ['Asia/Kolkata', 'UTC+5:30'],
    ['America/St_Johns', 'UTC−3:30'],
  ])('of %s is %s', (zone, name) => {
    expect(offsetName(at('2025-12-28T18:00Z'), zone)).toBe(name);
  });
});
