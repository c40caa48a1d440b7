import { comparedRange, weeksBack, weeksBefore } from '../../web/period/comparison.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayMilliseconds,
  edgesOf,
  maxCustomDays,
  rangeOf,
  unitsOf,
  type KnownPeriod,
  type PresetOfNow,
  type Range,
  type Unit,
} from '../../web/period/period.ts';
import { startOfDay } from '../../web/period/zone.ts';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16)}Z`;
const shown = ({ from, to }: Range): readonly string[] => [iso(from), iso(to)];
const preset = (preset: PresetOfNow): KnownPeriod => ({ kind: 'preset', preset });
const custom = (from: string, to: string): KnownPeriod => ({ kind: 'custom', from: at(from), to: at(to) });

const unitCounts: Readonly<Record<PresetOfNow, Readonly<Partial<Record<Unit, number>>>>> = {
  '1h': { minute: 60 },
  '24h': { hour: 24, minute: 1440 },
  // By the hour the first and the last one are cut, since a day of this zone begins half past.
  today: { hour: 25, minute: 1440 },
  yesterday: { hour: 25, minute: 1440 },
  '7d': { hour: 168, day: 7 },
  '30d': { hour: 720, day: 30 },
  '90d': { day: 90 },
  '12m': { day: 365 },
};

const now = at('2025-12-28T18:03:07Z');
const berlin = 'Europe/Berlin';

describe('rangeOf', () => {
  it.each([
    ['1h', 'minute', '2025-12-28T17:04Z', '2025-12-28T18:04Z'],
    ['24h', 'hour', '2025-12-27T19:00Z', '2025-12-28T19:00Z'],
    ['7d', 'hour', '2025-12-21T19:00Z', '2025-12-28T19:00Z'],
    ['7d', 'day', '2025-12-21T23:00Z', '2025-12-28T23:00Z'],
    ['30d', 'day', '2025-11-28T23:00Z', '2025-12-28T23:00Z'],
    ['90d', 'day', '2025-09-29T22:00Z', '2025-12-28T23:00Z'],
    ['today', 'hour', '2025-12-27T23:00Z', '2025-12-28T23:00Z'],
    ['12m', 'day', '2024-12-28T23:00Z', '2025-12-28T23:00Z'],
  ] as const)('of %s by %s ends with the one that runs now', (name, unit, from, to) => {
    expect(shown(rangeOf(preset(name), unit, now, berlin))).toEqual([from, to]);
  });

  it('begins the next one with its first instant', () => {
    expect(shown(rangeOf(preset('1h'), 'minute', at('2025-12-28T18:00Z'), berlin))).toEqual([
      '2025-12-28T17:01Z',
      '2025-12-28T18:01Z',
    ]);
  });

  it('of yesterday is the whole local day before, also where it has 25 hours', () => {
    const range = rangeOf(preset('yesterday'), 'hour', at('2025-10-27T12:00Z'), berlin);
    expect(shown(range)).toEqual(['2025-10-25T22:00Z', '2025-10-26T23:00Z']);
  });

  it('counts days of the zone where clocks change in between', () => {
    const range = rangeOf(preset('7d'), 'day', at('2025-10-28T12:00Z'), berlin);
    expect(shown(range)).toEqual(['2025-10-21T22:00Z', '2025-10-28T23:00Z']);
  });

  it.each(['minute', 'hour', 'day'] as const)('takes a period of its own as it is by %s', (unit) => {
    const period = custom('2025-12-20T10:15Z', '2025-12-28T18:03Z');
    expect(shown(rangeOf(period, unit, now, berlin))).toEqual(['2025-12-20T10:15Z', '2025-12-28T18:03Z']);
  });

  it('takes in the whole of the minutes that a period of its own begins and ends in', () => {
    const period = custom('2025-12-20T10:15:30Z', '2025-12-28T18:03:01Z');
    expect(shown(rangeOf(period, 'hour', now, berlin))).toEqual(['2025-12-20T10:15Z', '2025-12-28T18:04Z']);
  });

  it('stays within the 3,660 days that the pipeline sums up, in any time zone', () => {
    const zones = fc.constantFrom('UTC', berlin, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    const starts = fc.integer({ min: at('2000-01-01T00:00Z'), max: at('2030-01-01T00:00Z') });
    fc.assert(
      fc.property(starts, zones, (from, zone) => {
        const period = { kind: 'custom', from, to: from + maxCustomDays * dayMilliseconds } as const;
        const range = rangeOf(period, 'day', now, zone);
        expect(range.to - range.from).toBeLessThanOrEqual(3_660 * dayMilliseconds);
      }),
    );
  });
});

describe('comparedRange', () => {
  it('is as much of the same time a week before as has passed of a range that runs', () => {
    const range = rangeOf(preset('24h'), 'hour', now, berlin);
    expect(shown(comparedRange(range, now, berlin))).toEqual(['2025-12-20T19:00Z', '2025-12-21T18:04Z']);
  });

  it('is the same hours of the same weekday for a part of a day that is over', () => {
    const range = { from: at('2025-12-10T10:15Z'), to: at('2025-12-10T12:00Z') };
    expect(shown(comparedRange(range, now, berlin))).toEqual(['2025-12-03T10:15Z', '2025-12-03T12:00Z']);
  });

  it.each([
    ['a day', 1, 1],
    ['7 days', 7, 1],
    ['8 days', 8, 2],
    ['30 days', 30, 5],
    ['90 days', 90, 13],
    ['12 months', 365, 52],
  ])('has the same weekdays as %s', (_name, days, weeks) => {
    const range = { from: at('2025-01-01T23:00Z'), to: at('2025-01-01T23:00Z') + days * 86_400_000 };
    expect(weeksBack(range)).toBe(weeks);
  });

  it('has a part for each part of the range, without gaps or overlaps, in any zone', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns');
    const days = fc.integer({ min: 0, max: 800 });
    fc.assert(
      fc.property(zones, days, fc.integer({ min: 1, max: 30 }), (zone, first, length) => {
        const from = startOfDay(at('2024-01-01T12:00Z') + first * dayMilliseconds, zone);
        const range = { from, to: startOfDay(from, zone, length) };
        const weeks = weeksBack(range);
        for (const unit of ['day', 'hour'] as const) {
          const before = edgesOf(range, unit, zone).map((edge) => weeksBefore(edge, weeks, zone));
          expect(before).toEqual([...before].sort((a, b) => a - b));
          expect([before[0], before.at(-1)]).toEqual(Object.values(comparedRange(range, Infinity, zone)));
        }
      }),
    );
  });

  it('has the same clock time where clocks change in between', () => {
    const range = { from: at('2025-10-26T23:00Z'), to: at('2025-11-02T23:00Z') };
    expect(shown(comparedRange(range, now, berlin))).toEqual(['2025-10-19T22:00Z', '2025-10-26T23:00Z']);
    const withChange = { from: at('2025-10-25T22:00Z'), to: at('2025-11-01T23:00Z') };
    expect(shown(comparedRange(withChange, now, berlin))).toEqual(['2025-10-18T22:00Z', '2025-10-25T22:00Z']);
  });
});

describe('edgesOf', () => {
  it('are those of whole units, except for parts at the start and the end', () => {
    const range = { from: at('2025-12-28T10:15Z'), to: at('2025-12-28T12:03Z') };
    expect(edgesOf(range, 'hour', berlin).map(iso)).toEqual([
      '2025-12-28T10:15Z',
      '2025-12-28T11:00Z',
      '2025-12-28T12:00Z',
      '2025-12-28T12:03Z',
    ]);
  });

  it('are the midnights of the zone for days', () => {
    const range = { from: at('2025-10-24T22:00Z'), to: at('2025-10-27T23:00Z') };
    expect(edgesOf(range, 'day', berlin).map(iso)).toEqual([
      '2025-10-24T22:00Z',
      '2025-10-25T22:00Z',
      '2025-10-26T23:00Z',
      '2025-10-27T23:00Z',
    ]);
  });

  it.each(Object.keys(unitCounts) as (keyof typeof unitCounts)[])(
    'of %s are as many as it has units, from its start to its end',
    (name) => {
      for (const unit of unitsOf(preset(name))) {
        const range = rangeOf(preset(name), unit, now, 'Asia/Kolkata');
        const edges = edgesOf(range, unit, 'Asia/Kolkata');
        expect(edges.length - 1).toBe(unitCounts[name][unit]);
        expect([edges[0], edges.at(-1)]).toEqual([range.from, range.to]);
      }
    },
  );
});

describe('unitsOf', () => {
  it('suits the length of a period of its own', () => {
    expect(unitsOf(custom('2025-12-28T10:00Z', '2025-12-28T11:00Z'))).toEqual(['minute']);
    expect(unitsOf(custom('2025-12-27T10:00Z', '2025-12-28T10:00Z'))).toEqual(['hour', 'minute']);
    expect(unitsOf(custom('2025-12-20T10:00Z', '2025-12-28T10:00Z'))).toEqual(['hour', 'day']);
    expect(unitsOf(custom('2025-01-20T10:00Z', '2025-12-28T10:00Z'))).toEqual(['day']);
  });
});
