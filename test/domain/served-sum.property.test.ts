import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answeredMeasures } from '../../lib/domain/answered-measures.ts';
import { readCountsText } from '../../lib/domain/counts-text.ts';
import { mapDimensions } from '../../lib/domain/dimensions.ts';
import { otherKey, type FoldingLimits } from '../../lib/domain/folding.ts';
import type { Measures } from '../../lib/domain/measures.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import type { RolledUpWindow } from '../../lib/domain/roll-up.ts';
import { decodeServedWindow, type ServedWindow } from '../../lib/domain/served-window.ts';
import { ServedSum } from '../../lib/domain/served-sum.ts';
import { addToSum, emptySum, foldSum } from '../../lib/domain/window-sum.ts';
import { countsWith, customer, foldingLimits, instant, windowStart } from '../factories.ts';
import { arbitraryMeasures } from './arbitrary-measures.ts';
import { propertyRuns } from '../property-runs.ts';

const key = fc.constantFrom(
  'GET /',
  'GET /a',
  'GET /"b"',
  'GET /é',
  '200',
  '7',
  '__proto__',
  'GET /c',
  otherKey,
);
const byKey = fc
  .array(fc.tuple(key, fc.integer({ min: 1, max: 1_000 })), { maxLength: 9 })
  .map((entries) => new Map(entries));

const hour: fc.Arbitrary<RolledUpWindow> = byKey.chain((requestsByPath) =>
  fc
    .record({
      statuses: byKey,
      hosts: byKey,
      measures: arbitraryMeasures(requestsByPath),
      revision: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ statuses, hosts, measures, revision }) => ({
      customerId: customer(),
      windowSize: 'hour',
      windowStart: windowStart('2025-12-28T18:00:00Z'),
      requests: [...requestsByPath.values()].reduce((sum, requests) => sum + requests, 0),
      lateRequests: revision,
      revision,
      updatedAt: instant(`2025-12-28T19:00:0${revision}Z`),
      counts: countsWith({ requestsByPath, requestsByStatus: statuses, requestsByHost: hosts }),
      measures: measures && small(measures),
    })),
);

/** Makes sums so small that they never reach 2^53 − 1, where a sum is no longer exact. */
function small({
  bytes,
  bytesByPath,
  durationMsByPath,
  timedByPath,
  durations,
  visitors,
}: Measures): Measures {
  const reduced = <K>(sums: ReadonlyMap<K, number>) =>
    new Map([...sums].map(([k, sum]) => [k, 1 + (sum % 10_000)]));
  return {
    bytes: bytes === undefined ? undefined : bytes % 10_000,
    bytesByPath: reduced(bytesByPath),
    durationMsByPath: reduced(durationMsByPath),
    timedByPath: reduced(timedByPath),
    durations: reduced(durations),
    visitors,
  };
}

const served = (window: RolledUpWindow): ServedWindow => {
  const decoded = decodeServedWindow(encodeRolledUp(window), window.windowSize);
  if (decoded === undefined) throw new Error('The window has no end.');
  return decoded;
};

function sumOf(hours: readonly RolledUpWindow[], limits: FoldingLimits, most?: number) {
  const sum = new ServedSum(limits);
  for (const each of hours) sum.add(served(each));
  return sum.window(windowStart('2025-12-28T00:00:00Z'), most);
}

/** Returns everything that an answer has of a window, whatever the order of its keys. */
function contentOf(window: ServedWindow | undefined) {
  if (window === undefined) return undefined;
  const { requests, lateRequests, counts, measures } = window;
  const paths = Object.keys(JSON.parse(counts.requestsByPath.json.toString()) as object);
  const listed = (list: readonly number[] | undefined) =>
    list && new Map(paths.flatMap((path, place) => (list[place] ? [[path, list[place]]] : [])));
  return {
    requests,
    lateRequests,
    counts: mapDimensions((field) => readCountsText(counts[field])),
    bytes: measures?.bytes,
    durations: measures?.durations,
    visitors: measures?.visitors,
    byPath: [measures?.pathBytes, measures?.pathDurationMs, measures?.pathTimed].map(listed),
  };
}

describe('the sum of served windows', () => {
  it.each([foldingLimits, { maxKeysPerDimension: 3, maxKeyTextBytes: 30 }])(
    'is what a roll-up of the same parts stores, with limits of %j',
    (limits) => {
      fc.assert(
        fc.property(fc.array(hour, { minLength: 2, maxLength: 5 }), (hours) => {
          const sum = emptySum();
          for (const each of hours) addToSum(sum, each);
          const [{ customerId }] = hours as [RolledUpWindow];
          const day = {
            customerId,
            windowSize: 'day',
            windowStart: windowStart('2025-12-28T00:00:00Z'),
            revision: 1,
            updatedAt: instant('2025-12-29T00:00:00Z'),
            ...foldSum(sum, limits),
          } as const;
          expect(contentOf(sumOf(hours, limits))).toEqual(contentOf(served(day)));
        }),
        { numRuns: propertyRuns(100) },
      );
    },
  );

  it('is the same in any order, with the sum of the revisions and the latest update', () => {
    fc.assert(
      fc.property(fc.array(hour, { minLength: 2, maxLength: 5 }), (hours) => {
        const sum = sumOf(hours, foldingLimits);
        expect(contentOf(sumOf(hours.toReversed(), foldingLimits))).toEqual(contentOf(sum));
        expect(sum?.revision).toBe(hours.reduce((all, { revision }) => all + revision, 0));
        expect(sum?.updatedAt).toEqual(
          new Date(Math.max(...hours.map(({ updatedAt }) => updatedAt.getTime()))),
        );
        expect(sum).not.toHaveProperty('batches');
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it('keeps only the largest keys if asked for fewer, and the rest under (other)', () => {
    fc.assert(
      fc.property(
        fc.array(hour, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        (hours, most) => {
          const all = contentOf(sumOf(hours, foldingLimits));
          const largest = contentOf(sumOf(hours, foldingLimits, most));
          for (const [field, requestsByKey] of Object.entries(largest?.counts ?? {})) {
            const whole = all?.counts[field as keyof typeof all.counts] ?? new Map<string, number>();
            const total = (counts: ReadonlyMap<string, number>) =>
              [...counts.values()].reduce((a, b) => a + b, 0);
            expect(total(requestsByKey)).toBe(total(whole));
            const kept = [...requestsByKey].filter(([name]) => name !== otherKey);
            expect(kept).toHaveLength(
              Math.min(most, [...whole.keys()].filter((name) => name !== otherKey).length),
            );
            for (const [name, requests] of kept) expect(whole.get(name)).toBe(requests);
          }
        },
      ),
      { numRuns: propertyRuns(100) },
    );
  });

  it('has the same sums of all without the paths', () => {
    const fields = new Set(['requestsByStatus'] as const);
    fc.assert(
      fc.property(fc.array(hour, { minLength: 2, maxLength: 5 }), (hours) => {
        const sum = new ServedSum(foldingLimits);
        for (const each of hours) {
          const part = decodeServedWindow(encodeRolledUp(each), 'hour', fields);
          if (part !== undefined) sum.add(part);
        }
        const [some, all] = [sum.window(windowStart('2025-12-28T00:00:00Z')), sumOf(hours, foldingLimits)];
        expect(answeredMeasures(some?.measures)).toEqual(answeredMeasures(all?.measures));
        expect(some?.requests).toBe(all?.requests);
        expect(some?.counts.requestsByPath.json.toString()).toBe('{}');
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it('is nothing without parts, and a part itself if there is one', () => {
    expect(sumOf([], foldingLimits)).toBeUndefined();
    fc.assert(
      fc.property(hour, (only) => {
        const start = windowStart('2025-12-28T00:00:00Z');
        expect(sumOf([only], foldingLimits)).toEqual({ ...served(only), windowStart: start });
      }),
      { numRuns: propertyRuns(100) },
    );
  });
});
