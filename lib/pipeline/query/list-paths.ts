import { composeRange } from '../../domain/compose-range.ts';
import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { answerLimits, createKeyTotals, type KeyPlace, type KeyTotal } from '../../domain/key-totals.ts';
import { placeName } from '../../domain/key-totals/place-name.ts';
import { keysContaining } from '../../domain/keys-containing.ts';
import { meanOf } from '../../domain/mean-of.ts';
import { pathErrorsOf, unknownErrors } from '../../domain/path-errors.ts';
import type { PathSort } from '../../domain/path-sort.ts';
import { pathSumLists } from '../../domain/path-sum-lists.ts';
import { saturatedSum } from '../../domain/sums.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { TotalPorts } from './total.ts';

/** Paths to list: those of the minutes with `from ≤ minute < to`. */
export interface PathsQuery {
  readonly customerId: CustomerId;
  readonly from: WindowStart;
  readonly to: WindowStart;
  /** Only paths whose key contains this, in upper or lower case. */
  readonly search: string | undefined;
  readonly sort: PathSort;
  /** Maximum number of paths. */
  readonly limit: number;
  /** The last path of the previous page. */
  readonly after: KeyPlace | undefined;
  readonly allowedLatenessSeconds: number;
}

/** Counts of a path; those that nothing is known of are absent. */
export interface PathCounts {
  readonly requests: number;
  /** Requests with a status of 400 or more. */
  readonly errors: number;
  readonly bytes?: number;
  /** Sum of the durations that are known. */
  readonly durationMs?: number;
  /** Mean of the durations that are known, in hundredths. */
  readonly meanMs?: number;
}

export interface ListedPath extends PathCounts {
  /** Method and path. */
  readonly key: string;
}

export interface PathPage extends Pick<AnswerProgress, 'countedThrough' | 'waiting'> {
  /** Largest first; equal ones by name. */
  readonly paths: readonly ListedPath[];
  /**
   * Counts whose path is not known. Each count of a path is at most that much too low, and a path that is missing has at
   * most that many requests.
   */
  readonly folded: PathCounts;
  /** They hold all that was accepted for the range, which ended long ago; late data can still raise the counts. */
  readonly complete: boolean;
  /** The last path of this page, where there are more behind it. */
  readonly next: KeyPlace | undefined;
}

/** A page ends before the path that would make it longer: a function's answer takes twice that at most. */
const pageBytes = 1_024 * 1_024;
const windowsInFlight = 8;
/** Places of the sums beside the requests of a path. */
const [bytesList, durationList, timedList, errorsList, lists] = [0, 1, 2, 3, 4] as const;
/** The sum that decides which paths are kept where there are too many. */
const keptBy = { requests: undefined, errors: errorsList, bytes: bytesList, meanMs: durationList } as const;
/** Behind all paths with a duration. */
const noMean = -1;

/**
 * Lists the paths of a range page by page. Each page is summed up anew from the largest windows that fit, in limited
 * memory, and begins behind the last path of the one before. So while counting goes on, a path whose counts change
 * between two pages may be on neither, or sorted by its mean duration on both; all others are on one.
 */
export async function listPaths(
  query: PathsQuery,
  { reader, clock, progress }: TotalPorts,
): Promise<PathPage> {
  const { customerId, from, to, search, sort, limit, after, allowedLatenessSeconds } = query;
  // Asked before the windows are read, so that they hold everything that does not wait at this moment. The list also
  // promises that hours and days have everything, whichever windows it is read from.
  const counted = progressFor(await progress.of(customerId), true, allowedLatenessSeconds);
  const totals = createKeyTotals(answerLimits, { lists, keptBy: keptBy[sort] });
  const isWanted = search === undefined ? undefined : keysContaining(search);
  let errorsOfUnknown = 0;
  let hasBytes = false;
  for (const run of composeRange(from, to, clock.now(), allowedLatenessSeconds)) {
    for await (const window of reader.windows({ customerId, ...run }, windowsInFlight)) {
      const [bytes, durationMs, timed] = pathSumLists(window);
      totals.add(window.counts.requestsByPath, isWanted, [bytes, durationMs, timed, pathErrorsOf(window)]);
      errorsOfUnknown = saturatedSum(errorsOfUnknown, unknownErrors(window));
      hasBytes ||= window.measures?.bytes !== undefined;
    }
  }

  // One more than the page has shows that there is another one.
  const found = totals.inOrder({ valueOf: values[sort], after }, limit + 1);
  const paths = untilFull(found.slice(0, limit).map((total) => listed(total, hasBytes)));
  const last = paths.length < found.length ? found[paths.length - 1] : undefined;
  const folded = countsOf({ requests: totals.folded(), sums: totals.foldedSums() }, hasBytes);
  return {
    paths,
    folded: { ...folded, errors: saturatedSum(folded.errors, errorsOfUnknown) },
    complete: counted.isComplete({ from, to }),
    countedThrough: counted.countedThrough,
    waiting: counted.waiting,
    next: last && placeOf(last, sort),
  };
}

type SumOf = (list: number) => number;

/** Returns what a path is sorted by. */
const values: Readonly<Record<PathSort, (requests: number, sumOf: SumOf) => number>> = {
  requests: (requests) => requests,
  errors: (_requests, sumOf) => sumOf(errorsList),
  bytes: (_requests, sumOf) => sumOf(bytesList),
  meanMs: (_requests, sumOf) => meanMsOf(sumOf) ?? noMean,
};

function placeOf({ key, requests, sums = [] }: KeyTotal, sort: PathSort): KeyPlace {
  return { value: values[sort](requests, (list) => sums[list] ?? 0), name: placeName(key) };
}

function listed(total: KeyTotal, hasBytes: boolean): ListedPath {
  return { key: total.key, ...countsOf(total, hasBytes) };
}

function countsOf({ requests, sums = [] }: Omit<KeyTotal, 'key'>, hasBytes: boolean): PathCounts {
  const sumOf = (list: number) => sums[list] ?? 0;
  const meanMs = meanMsOf(sumOf);
  return {
    requests,
    errors: sumOf(errorsList),
    ...(hasBytes && { bytes: sumOf(bytesList) }),
    ...(meanMs !== undefined && { durationMs: sumOf(durationList), meanMs }),
  };
}

/** Returns the mean in hundredths of a millisecond; `undefined` if no request had a duration. */
function meanMsOf(sumOf: SumOf): number | undefined {
  const timed = sumOf(timedList);
  return timed === 0 ? undefined : meanOf(sumOf(durationList), timed);
}

/** Returns as many paths as fit in a page, at least one. */
function untilFull(paths: readonly ListedPath[]): readonly ListedPath[] {
  let bytes = 0;
  const end = paths.findIndex((path, place) => {
    bytes += Buffer.byteLength(JSON.stringify(path));
    return place > 0 && bytes > pageBytes;
  });
  return end < 0 ? paths : paths.slice(0, end);
}
