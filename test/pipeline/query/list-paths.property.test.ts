import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsText, countsTexts } from '../../../lib/domain/counts-text.ts';
import type { KeyPlace } from '../../../lib/domain/key-totals.ts';
import { pathSorts } from '../../../lib/domain/path-sort.ts';
import { decodeServedWindow } from '../../../lib/domain/served-window.ts';
import { encodeWindow } from '../../../lib/domain/window-format.ts';
import { windowStartOf } from '../../../lib/domain/window.ts';
import { listPaths, type ListedPath, type PathsQuery } from '../../../lib/pipeline/query/list-paths.ts';
import type { ServedWindow, WindowReader } from '../../../lib/ports/window-reader.ts';
import { countsWith, customer, instant, minuteOf, windowStart } from '../../factories.ts';
import { playedProgress } from '../played-progress.ts';
import { propertyRuns } from '../../property-runs.ts';

const clock = { now: () => instant('2025-12-28T18:30:00Z') };
const first = minuteOf('2025-12-28T18:00:00Z');
const query: PathsQuery = {
  customerId: customer(),
  from: windowStart('2025-12-28T18:00:00Z'),
  to: windowStart('2025-12-28T18:10:00Z'),
  search: undefined,
  sort: 'requests',
  limit: 1_000,
  after: undefined,
  allowedLatenessSeconds: 600,
};

/** Requests of a path in a minute: those without an error, and errors; each with these bytes and milliseconds. */
interface Visit {
  readonly key: string;
  readonly requests: number;
  readonly errors: number;
  readonly bytes: number;
  readonly durationMs: number | undefined;
}

const visit: fc.Arbitrary<Visit> = fc.record({
  key: fc.constantFrom('GET /', 'GET /a', 'POST /a', 'GET /É', 'GET /"', 'GET /A', '(other)'),
  requests: fc.integer({ min: 1, max: 5 }),
  errors: fc.nat(2),
  bytes: fc.nat(3),
  durationMs: fc.option(fc.nat(9), { nil: undefined }),
});
const minutes = fc.array(fc.uniqueArray(visit, { selector: ({ key }) => key, minLength: 1, maxLength: 5 }), {
  maxLength: 5,
});

/** Creates a reader of minutes as they are stored. */
function readerOf(windows: readonly ServedWindow[]): Pick<WindowReader, 'windows'> {
  return {
    async *windows({ windowSize, from, to }) {
      if (windowSize !== 'minute') return;
      yield* windows.filter(({ windowStart: start }) => start >= from && start < to);
    },
  };
}

function served(visits: readonly Visit[], place: number): ServedWindow {
  const map = (valueOf: (visit: Visit) => number) =>
    new Map(visits.map((each) => [each.key, valueOf(each)] as const).filter(([, value]) => value > 0));
  const allOf = ({ requests, errors }: Visit) => requests + errors;
  const known = visits.filter(({ key, errors }) => key !== '(other)' && errors > 0);
  const folded = visits.find(({ key }) => key === '(other)')?.errors ?? 0;
  const errors = visits.reduce((sum, { errors }) => sum + errors, 0);
  const body = encodeWindow({
    customerId: customer(),
    windowStart: windowStartOf((first + place) as typeof first),
    requests: visits.reduce((sum, each) => sum + allOf(each), 0),
    counts: countsWith({
      requestsByPath: map(allOf),
      requestsByStatus: new Map([['200', 1], ...(errors > 0 ? ([['404', errors]] as const) : [])]),
      requestsByErrorPath: new Map([
        ...known.map((each) => [`404 ${each.key}`, each.errors] as const),
        ...(folded > 0 ? ([['(other)', folded]] as const) : []),
      ]),
    }),
    measures: {
      bytes: visits.reduce((sum, { bytes }) => sum + bytes, 0),
      bytesByPath: map(({ bytes }) => bytes),
      durationMsByPath: map(({ durationMs = 0 }) => durationMs),
      timedByPath: map((each) => (each.durationMs === undefined ? 0 : allOf(each))),
      durations: new Map([[1, 1]]),
      visitors: new Map(),
    },
    batches: 1,
    revision: 1,
    lateRequests: 0,
    updatedAt: clock.now(),
    partialIds: Buffer.alloc(16),
  });
  return decodeServedWindow(body, 'minute') ?? expect.fail('it has no end');
}

/** Adds up paths without any of the code under test. */
function naiveList(windows: readonly (readonly Visit[])[]): {
  paths: ListedPath[];
  folded: number;
  errors: number;
} {
  const sums = new Map<
    string,
    { requests: number; errors: number; bytes: number; durationMs: number; timed: number }
  >();
  for (const each of windows.flat()) {
    const sum = sums.get(each.key) ?? { requests: 0, errors: 0, bytes: 0, durationMs: 0, timed: 0 };
    sum.requests += each.requests + each.errors;
    sum.errors += each.errors;
    sum.bytes += each.bytes;
    sum.durationMs += each.durationMs ?? 0;
    sum.timed += each.durationMs === undefined ? 0 : each.requests + each.errors;
    sums.set(each.key, sum);
  }
  const { requests: folded = 0, errors = 0 } = sums.get('(other)') ?? {};
  sums.delete('(other)');
  const paths = Array.from(sums, ([key, { timed, durationMs, ...sum }]) => {
    const meanMs = Math.round((100 * durationMs) / timed) / 100;
    return Object.assign({ key }, sum, timed > 0 && { durationMs, meanMs });
  });
  return { paths, folded, errors };
}

describe('the list of paths', () => {
  it('is the sum of all windows, sorted and searched, over pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        minutes,
        fc.constantFrom(...pathSorts),
        fc.constantFrom(undefined, 'a', 'é', 'GET', '"', 'x'),
        fc.integer({ min: 1, max: 4 }),
        async (windows, sort, search, limit) => {
          const ports = { reader: readerOf(windows.map(served)), clock, progress: playedProgress(clock) };
          const expected = naiveList(windows);
          const found: ListedPath[] = [];
          let after: KeyPlace | undefined;
          do {
            const page = await listPaths({ ...query, sort, search, limit, after }, ports);
            found.push(...page.paths);
            expect(page.paths.length).toBeLessThanOrEqual(limit);
            expect([page.folded.requests, page.folded.errors]).toEqual([expected.folded, expected.errors]);
            after = page.next;
          } while (after !== undefined);
          const valueOf = (path: ListedPath) => path[sort] ?? -1;
          const wanted = expected.paths
            .filter(({ key }) => key.toLowerCase().includes(search?.toLowerCase() ?? ''))
            .sort((a, b) => valueOf(b) - valueOf(a) || (a.key < b.key ? -1 : 1));
          expect(found).toEqual(wanted);
        },
      ),
      { numRuns: propertyRuns(300) },
    );
  });

  it('says how many errors an earlier version did not count by path', async () => {
    const {
      counts,
      errorsOfPaths: _errors,
      ...window
    } = served([{ key: 'GET /', requests: 1, errors: 2, bytes: 0, durationMs: undefined }], 0);
    const none = countsTexts(countsWith({})).requestsByErrorPath;
    const old = { ...window, counts: { ...counts, requestsByErrorPath: none } };
    const ports = { reader: readerOf([old]), clock, progress: playedProgress(clock) };
    const page = await listPaths(query, ports);
    expect(page.paths).toMatchObject([{ key: 'GET /', requests: 3, errors: 0 }]);
    expect(page.folded).toMatchObject({ requests: 0, errors: 2 });
  });

  it('finds errors of folded paths where statuses were folded too', async () => {
    const { counts, ...window } = served(
      [{ key: '(other)', requests: 1, errors: 2, bytes: 0, durationMs: undefined }],
      0,
    );
    const requestsByStatus = countsText(new Map([['(other)', 3]]));
    const ports = {
      reader: readerOf([{ ...window, counts: { ...counts, requestsByStatus } }]),
      clock,
      progress: playedProgress(clock),
    };
    expect((await listPaths(query, ports)).folded).toMatchObject({ requests: 3, errors: 2 });
  });
});
