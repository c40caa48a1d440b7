import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { hoursLineOf } from '../../../lib/domain/hours-of-day.ts';
import { windowKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { renewed, type RolledUpWindow } from '../../../lib/domain/roll-up.ts';
import { findTimeZone, type TimeZone } from '../../../lib/domain/time-zone.ts';
import { windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { pathSeries } from '../../../lib/pipeline/query/path-series.ts';
import { query, type AnsweredWindow } from '../../../lib/pipeline/query/query.ts';
import type { RangeReader } from '../../../lib/pipeline/query/read-work.ts';
import { recomputeWindow } from '../../../lib/pipeline/roll-up/recompute-window.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { arbitraryHour, contentOf } from '../../domain/arbitrary-hour.ts';
import { customer, foldingLimits, instant, minuteOf, windowStart } from '../../factories.ts';
import { propertyRuns } from '../../property-runs.ts';
import { playedProgress } from '../played-progress.ts';

const clock = { now: () => instant('2026-01-01T00:00:00Z') };
/** Clocks of some of these zones were changed in the range; some are half an hour or more than half a day from UTC. */
const zones = [
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/St_Johns',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];
const from = windowStart('2025-10-24T00:00:00Z');
const to = windowStart('2025-11-06T00:00:00Z');
const hoursInRange = 13 * 24;
const startOf = (hour: number) => windowStartOf((minuteOf(from) + hour * 60) as ReturnType<typeof minuteOf>);

function zoneOf(name: string): TimeZone {
  return findTimeZone(name) ?? expect.fail(`There is no zone ${name}.`);
}

function hourAt(number: number, sample: RolledUpWindow = expect.fail('There is no sample.')): RolledUpWindow {
  return { ...sample, windowStart: startOf(number) };
}

/** Makes hours that stand in blocks with gaps between them, by their number in the range. */
const arbitraryHours = fc
  .array(fc.tuple(fc.nat(hoursInRange - 1), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 4 })
  .chain((blocks) =>
    fc.array(arbitraryHour, { minLength: 1, maxLength: 8 }).map((samples) => {
      const numbers = new Set(
        blocks.flatMap(([first, length]) => Array.from({ length }, (_, place) => first + place)),
      );
      return [...numbers]
        .filter((number) => number < hoursInRange)
        .map((number) => hourAt(number, samples[number % samples.length]));
    }),
  );

type Store = Pick<ObjectStore, 'get' | 'list' | 'put' | 'delete'>;

/** Stores hours and has their days rolled up. */
async function stored(
  hours: readonly RolledUpWindow[],
  limits = foldingLimits,
): Promise<InMemoryObjectStore> {
  const store = new InMemoryObjectStore();
  for (const hour of hours) {
    await store.put(windowKey(hour.customerId, 'hour', hour.windowStart), encodeRolledUp(hour), {
      ifNoneMatch: '*',
    });
  }
  const days = new Set(hours.map((hour) => dayKeyOf(hour.windowStart)));
  for (const day of days) await recomputeWindow(day, 'day', { store, clock }, limits);
  return store;
}

const dayKeyOf = (start: WindowStart) =>
  windowKey(customer(), 'day', windowStart(`${start.slice(0, 10)}T00:00:00Z`));

async function replace(key: ObjectKey, store: Store, change: (body: Buffer) => Buffer): Promise<void> {
  const { body, etag } = (await store.get(key)) ?? expect.fail(`There is no ${key}.`);
  await store.put(key, change(body), { ifMatch: etag });
}

const asked = { customerId: customer(), windowSize: 'day', from, to, allowedLatenessSeconds: 600 } as const;

async function daysOf(reader: RangeReader, zone: TimeZone, top?: number) {
  const ports = { reader, progress: playedProgress(clock) };
  const windows: AnsweredWindow[] = [];
  const local = { zone, foldingLimits };
  await query({ ...asked, local, top, limit: 1_000 }, ports, (window) => {
    windows.push(window);
    return { bytesSent: 1 };
  });
  return windows.map((window) => {
    const { windowStart: start, revision, updatedAt } = window;
    return { start, revision, updatedAt, content: contentOf(window) };
  });
}

async function courseOf(reader: RangeReader, zone: TimeZone) {
  const ports = { reader, progress: playedProgress(clock) };
  const page = await pathSeries({ ...asked, zone, path: '/a', limit: 1_000 }, ports);
  return { ...page, countedThrough: undefined };
}

/** Reads hours alone. */
function byHours(store: Store): RangeReader {
  const reader = createObjectWindowReader(store);
  return { windows: (range, atOnce) => reader.windows(range, atOnce) };
}

describe('local days that are composed of days of UTC', () => {
  it.each([
    ['', foldingLimits],
    [' where rare keys are folded', { maxKeysPerDimension: 3, maxKeyTextBytes: 30 }],
  ])('are the sums of their hours%s', async (_what, limits) => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryHours,
        fc.constantFrom(...zones),
        fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        async (hours, name, top) => {
          const store = await stored(hours, limits);
          const reader = createObjectWindowReader(store);
          const zone = zoneOf(name);
          expect(await daysOf(reader, zone, top)).toEqual(await daysOf(byHours(store), zone, top));
          expect(await courseOf(reader, zone)).toEqual(await courseOf(byHours(store), zone));
        },
      ),
      { numRuns: propertyRuns(25) },
    );
  });

  it.each<[string, (day: WindowStart, store: Store) => Promise<unknown>]>([
    [
      'has no line of its hours',
      (day, store) =>
        replace(dayKeyOf(day), store, (body) => body.subarray(0, body.length - hoursLineOf(body).length)),
    ],
    ['is damaged', (day, store) => replace(dayKeyOf(day), store, (body) => body.subarray(0, 40))],
    [
      'does not exist',
      async (day, store) => {
        const object = await store.get(dayKeyOf(day));
        await store.delete(dayKeyOf(day), { ifMatch: object?.etag ?? '' });
      },
    ],
  ])('are composed of hours where a day %s', async (_what, change) => {
    await fc.assert(
      fc.asyncProperty(arbitraryHours, fc.constantFrom(...zones), fc.nat(), async (hours, name, n) => {
        const store = await stored(hours);
        const { windowStart: start } = hours[n % hours.length] ?? expect.fail('There is no hour.');
        await change(start, store);
        const zone = zoneOf(name);
        const reader = createObjectWindowReader(store);
        // A damaged day fails in zones where it is a local day.
        const [found, right] = await Promise.allSettled([daysOf(reader, zone), daysOf(byHours(store), zone)]);
        expect(found.status).toBe(right.status);
        if (right.status === 'fulfilled') expect(found).toEqual(right);
      }),
      { numRuns: propertyRuns(20) },
    );
  });

  it('are never wrong about an hour that was written after its day', async () => {
    const hour = fc.sample(arbitraryHour, { numRuns: 1, seed: 7 })[0] ?? expect.fail('There is no sample.');
    const counts = { ...hour.counts, requestsByPath: new Map([['GET /a', 10]]) };
    const hours = Array.from({ length: 4 * 24 }, (_, number) => ({
      ...hour,
      requests: 10,
      counts,
      measures: undefined,
      windowStart: startOf(number),
    }));
    const store = await stored(hours);
    // 23:00 of the second day of UTC is read beside it, since it belongs to another day in Berlin: the one of 25 hours.
    const grown = hours[2 * 24 - 1] ?? expect.fail('There is no such hour.');
    await replace(windowKey(customer(), 'hour', grown.windowStart), store, () =>
      encodeRolledUp(
        renewed(
          { ...grown, requests: 15, counts: { ...counts, requestsByPath: new Map([['GET /a', 15]]) } },
          clock.now(),
        ),
      ),
    );
    const days = await daysOf(createObjectWindowReader(store), zoneOf('Europe/Berlin'));
    expect(days.map(({ content }) => content?.requests)).toEqual([240, 250 + 5, 240, 10]);
  });
});
