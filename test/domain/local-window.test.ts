import { describe, expect, it } from 'vitest';
import { localWindowAt, roundOutward } from '../../lib/domain/local-window.ts';
import { findTimeZone } from '../../lib/domain/time-zone.ts';
import type { RolledUpSize } from '../../lib/domain/window.ts';
import { windowStart } from '../factories.ts';

function zoneOf(name: string) {
  const zone = findTimeZone(name);
  if (zone === undefined) throw new Error(`There is no zone ${name}.`);
  return zone;
}
const windowAt = (zone: string, size: RolledUpSize, minute: string) =>
  localWindowAt(windowStart(`${minute}:00Z`), size, zoneOf(zone));
const minutes = (from: string, to: string) => ({ from: `${from}:00Z`, to: `${to}:00Z` });

describe('a local day', () => {
  it.each([
    ['Europe/Berlin', '2025-03-30T12:00', '2025-03-29T23:00', '2025-03-30T22:00', 'has 23 hours'],
    ['Europe/Berlin', '2025-10-26T12:00', '2025-10-25T22:00', '2025-10-26T23:00', 'has 25 hours'],
    [
      'America/Sao_Paulo',
      '2017-10-15T12:00',
      '2017-10-15T03:00',
      '2017-10-16T02:00',
      'begins after a skipped midnight',
    ],
    ['Asia/Kolkata', '2025-01-01T00:00', '2024-12-31T18:30', '2025-01-01T18:30', 'begins within an hour'],
    ['Asia/Kathmandu', '2025-01-01T00:00', '2024-12-31T18:15', '2025-01-01T18:15', 'begins within a quarter'],
    ['Pacific/Apia', '2011-12-30T09:59', '2011-12-29T10:00', '2011-12-30T10:00', 'ends before a skipped day'],
    [
      'Pacific/Apia',
      '2011-12-30T10:00',
      '2011-12-30T10:00',
      '2011-12-31T10:00',
      'begins after a skipped day',
    ],
    [
      'America/St_Johns',
      '2000-10-29T02:40',
      '2000-10-29T02:30',
      '2000-10-30T03:30',
      'goes on while clocks show its eve again',
    ],
    [
      'America/St_Johns',
      '2000-10-29T03:20',
      '2000-10-29T02:30',
      '2000-10-30T03:30',
      'goes on while clocks show its eve again',
    ],
    [
      'Africa/Monrovia',
      '1972-01-06T00:45',
      '1972-01-06T00:45',
      '1972-01-07T00:45',
      'begins with its first whole minute',
    ],
    [
      'Europe/Berlin',
      '1970-01-01T00:00',
      '1970-01-01T00:00',
      '1970-01-01T23:00',
      'does not begin before 1970',
    ],
    [
      'Pacific/Kiritimati',
      '9999-12-31T23:58',
      '9999-12-31T10:00',
      '9999-12-31T23:59',
      'does not end after 9999',
    ],
  ])('of %s at %s is %s to %s: it %s', (zone, at, from, to) => {
    expect(windowAt(zone, 'day', at)).toEqual(minutes(from, to));
  });

  it.each(Intl.supportedValuesOf('timeZone').filter((_, place) => place % 9 === 0))(
    'of %s begins where the one before ends, on another date by the clocks',
    (name) => {
      const zone = zoneOf(name);
      const date = new Intl.DateTimeFormat('sv-SE', { timeZone: name });
      let day = localWindowAt(windowStart('2024-01-01T12:00:00Z'), 'day', zone);
      for (let days = 0; days < 400; days++) {
        const next = localWindowAt(day.to, 'day', zone);
        expect(next.from).toBe(day.to);
        expect(date.format(Date.parse(next.from) - 1) < date.format(Date.parse(next.from))).toBe(true);
        day = next;
      }
    },
  );
});

describe('a local hour', () => {
  it.each([
    [
      'Europe/Berlin',
      '2025-10-26T00:30',
      '2025-10-26T00:00',
      '2025-10-26T01:00',
      'comes twice when clocks are set back',
    ],
    [
      'Europe/Berlin',
      '2025-10-26T01:30',
      '2025-10-26T01:00',
      '2025-10-26T02:00',
      'comes twice when clocks are set back',
    ],
    ['Asia/Kolkata', '2025-07-01T18:29', '2025-07-01T17:30', '2025-07-01T18:30', 'begins at half past'],
    [
      'Asia/Kathmandu',
      '2025-07-01T18:14',
      '2025-07-01T17:15',
      '2025-07-01T18:15',
      'begins at a quarter past',
    ],
    [
      'Australia/Lord_Howe',
      '2025-04-05T15:10',
      '2025-04-05T15:00',
      '2025-04-05T15:30',
      'is cut where clocks are set back by half an hour',
    ],
    [
      'Australia/Lord_Howe',
      '2025-10-04T15:40',
      '2025-10-04T15:30',
      '2025-10-04T16:00',
      'is cut where clocks are set forward by half an hour',
    ],
  ])('of %s at %s is %s to %s: it %s', (zone, at, from, to) => {
    expect(windowAt(zone, 'hour', at)).toEqual(minutes(from, to));
  });
});

describe('a range', () => {
  it('is rounded outward, and stays as it is where it is whole', () => {
    const zone = zoneOf('Asia/Kolkata');
    const range = { from: windowStart('2025-07-01T18:29:00Z'), to: windowStart('2025-07-01T18:31:00Z') };
    const days = minutes('2025-06-30T18:30', '2025-07-02T18:30');
    expect(roundOutward(range, 'day', zone)).toEqual(days);
    expect(roundOutward(roundOutward(range, 'day', zone), 'day', zone)).toEqual(days);
    expect(roundOutward(range, 'hour', zone)).toEqual(minutes('2025-07-01T17:30', '2025-07-01T19:30'));
  });
});

describe('a time zone', () => {
  it('is found by a name of the IANA database, in any case', () => {
    for (const name of ['Europe/Berlin', 'europe/berlin', 'UTC', 'Etc/GMT+5', 'America/Argentina/San_Luis']) {
      expect(findTimeZone(name)?.name).toBe(name);
    }
  });

  it.each(['', 'Europe/Atlantis', '+05:30', 'GMT+1:00', 'Europe/Berlin/', `A${'b'.repeat(99)}`, '\0'])(
    'is not found by %j',
    (name) => {
      expect(findTimeZone(name)).toBeUndefined();
    },
  );
});
