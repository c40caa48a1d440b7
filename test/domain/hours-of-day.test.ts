import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DimensionField } from '../../lib/domain/dimensions.ts';
import { areHourly, decodeHoursOfDay, encodeHoursOfDay, hourOfDay } from '../../lib/domain/hours-of-day.ts';
import { decodeWholeRolledUp, encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import type { RolledUpWindow } from '../../lib/domain/roll-up.ts';
import { decodeServedWindow } from '../../lib/domain/served-window.ts';
import { countsWith, customer, instant, windowStart } from '../factories.ts';
import { arbitraryMeasures } from './arbitrary-measures.ts';

const fields = new Set<DimensionField>(['requestsByStatus', 'requestsByAgentClass']);
const counts = (...keys: readonly string[]) =>
  fc
    .array(fc.tuple(fc.constantFrom(...keys), fc.integer({ min: 1, max: 1_000 })))
    .map((entries) => new Map(entries));

const hourAt = (start: string): fc.Arbitrary<RolledUpWindow> =>
  counts('GET /', 'GET /a').chain((requestsByPath) =>
    fc
      .record({
        requestsByStatus: counts('200', '404', '(other)'),
        requestsByAgentClass: counts('browser', 'ai'),
        measures: arbitraryMeasures(requestsByPath),
        revision: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ measures, revision, ...byKey }) => ({
        customerId: customer(),
        windowSize: 'hour',
        windowStart: windowStart(start),
        requests: 5,
        lateRequests: revision,
        revision,
        updatedAt: instant(`2025-12-29T00:00:0${revision}Z`),
        counts: countsWith({ requestsByPath, ...byKey }),
        measures,
      })),
  );

const hours = fc.tuple(hourAt('2025-12-28T18:00:00Z'), hourAt('2025-12-28T19:00:00Z'));
const day: RolledUpWindow = {
  customerId: customer(),
  windowSize: 'day',
  windowStart: windowStart('2025-12-28T00:00:00Z'),
  requests: 10,
  lateRequests: 0,
  revision: 1,
  updatedAt: instant('2025-12-29T00:00:00Z'),
  counts: countsWith({}),
};
/** An hour with everything that the line has of one. */
const hour = {
  ...day,
  windowSize: 'hour' as const,
  windowStart: windowStart('2025-12-28T18:00:00Z'),
  requests: 5,
  counts: countsWith({ requestsByStatus: new Map([['200', 1]]) }),
  measures: {
    bytesByPath: new Map<string, number>(),
    durationMsByPath: new Map([['GET /', 7]]),
    timedByPath: new Map([['GET /', 1]]),
    durations: new Map([[3, 1]]),
    visitors: new Map([[0, 1]]),
  },
};
const dayOf = (line: Uint8Array) => Buffer.concat([encodeRolledUp(day), line]);

describe('the hours of a day', () => {
  it('are what the hours themselves say, in time order, whatever the order in which they came', () => {
    fc.assert(
      fc.property(hours, fc.subarray([...fields]), (each, some) => {
        const asked = new Set(some);
        const read = each.map((hour) => {
          const window = decodeServedWindow(encodeRolledUp(hour), 'hour', asked);
          return window && Object.assign(window, { windowSize: undefined });
        });
        const stored = dayOf(encodeHoursOfDay(each.toReversed().map(hourOfDay)));
        expect(decodeHoursOfDay(stored, customer(), asked)).toEqual(read);
      }),
    );
  });

  it('are behind a day that reads as one without them', () => {
    expect(decodeWholeRolledUp(dayOf(encodeHoursOfDay([])))).toEqual(
      decodeWholeRolledUp(encodeRolledUp(day)),
    );
    expect(decodeHoursOfDay(encodeRolledUp(day), customer(), fields)).toBeUndefined();
  });

  it.each([
    ['a newer version', (text: string) => text.replace('"formatVersion":1', '"formatVersion":2')],
    ['an end that is missing', (text: string) => text.slice(0, -1)],
    ['no JSON', (text: string) => text.replace(':', ';')],
    ['a negative count', (text: string) => text.replace('"requests":5', '"requests":-5')],
    ['a count of nothing', (text: string) => text.replace('"200":1', '"200":0')],
    ['another time', (text: string) => text.replace('T18:00:00Z', 'T18:00:01Z')],
    ['damaged visitors', (text: string) => text.replace('"visitors":"AAB', '"visitors":"AA*')],
    ['damaged durations', (text: string) => text.replace('"durations":"', '"durations":"A')],
    ['a list for an hour', (text: string) => text.replace('"hours":[{', '"hours":[[],{')],
  ])('are not read from a line with %s', (_what, damage) => {
    const line = encodeHoursOfDay([hourOfDay(hour)]).toString();
    expect(decodeHoursOfDay(dayOf(Buffer.from(line)), customer(), fields)).toHaveLength(1);
    expect(damage(line)).not.toBe(line);
    expect(decodeHoursOfDay(dayOf(Buffer.from(damage(line))), customer(), fields)).toBeUndefined();
  });

  it('are read as the first version wrote them', () => {
    const stored = readFileSync(new URL('../fixtures/formats/hours-of-day-1.json', import.meta.url));
    expect(encodeHoursOfDay([hourOfDay(hour)])).toEqual(stored);
    expect(decodeHoursOfDay(dayOf(stored), customer(), fields)).toMatchObject([
      { windowStart: '2025-12-28T18:00:00Z', requests: 5, measures: { durations: [3, 1] } },
    ]);
  });

  it('have no dimension of many keys', () => {
    expect(areHourly(fields)).toBe(true);
    expect(areHourly(new Set())).toBe(true);
    expect(areHourly(new Set(['requestsByPath']))).toBe(false);
    expect(areHourly(undefined)).toBe(false);
  });
});
