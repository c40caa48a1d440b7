import fc from 'fast-check';
import { readCountsText } from '../../lib/domain/counts-text.ts';
import { mapDimensions } from '../../lib/domain/dimensions.ts';
import { otherKey } from '../../lib/domain/folding.ts';
import type { Measures } from '../../lib/domain/measures.ts';
import type { RolledUpWindow } from '../../lib/domain/roll-up.ts';
import type { ServedWindow } from '../../lib/domain/served-window.ts';
import { countsWith, customer, instant, windowStart } from '../factories.ts';
import { arbitraryMeasures } from './arbitrary-measures.ts';

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
const countsOf = (keys: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(keys, fc.integer({ min: 1, max: 1_000 })), { maxLength: 9 })
    .map((entries) => new Map(entries));
const byKey = countsOf(key);

const errorPath = fc.constantFrom('404 GET /', '500 GET /a', '404 GET /c', `404 ${otherKey}`);

/** Makes any hour of one start, with sums that stay exact. */
export const arbitraryHour: fc.Arbitrary<RolledUpWindow> = byKey.chain((requestsByPath) =>
  fc
    .record({
      statuses: byKey,
      hosts: byKey,
      errorPaths: countsOf(errorPath),
      measures: arbitraryMeasures(requestsByPath),
      revision: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ statuses, hosts, errorPaths, measures, revision }) => ({
      customerId: customer(),
      windowSize: 'hour',
      windowStart: windowStart('2025-12-28T18:00:00Z'),
      requests: [...requestsByPath.values()].reduce((sum, requests) => sum + requests, 0),
      lateRequests: revision,
      revision,
      updatedAt: instant(`2025-12-28T19:00:0${revision}Z`),
      counts: countsWith({
        requestsByPath,
        requestsByStatus: statuses,
        requestsByHost: hosts,
        requestsByErrorPath: errorPaths,
      }),
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

/** Returns everything that an answer has of a window, whatever the order of its keys. */
export function contentOf(window: ServedWindow | undefined) {
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
