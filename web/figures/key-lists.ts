import type { KeyCount, Total } from '../api/answers.ts';
import type { DetailDimension } from '../state/detail.ts';
import { compareNames } from './compare-names.ts';
import { countErrors } from './errors.ts';
import { isOfChosenKind, type PathChoice } from './path-kinds.ts';

/** A row of a list of keys; the rest are the requests that no listed key accounts for. */
export interface KeyRow extends KeyCount {
  readonly isRest: boolean;
}

/** A list of keys by requests, all of which a total contains. */
export interface KeyList {
  readonly name: string;
  readonly title: string;
  readonly noun: string;
  /** Label of the column of keys. */
  readonly keyLabel: string;
  /** Name of the column of keys in CSV, as in the pipeline's own. */
  readonly csvName: string;
  readonly none: string;
  /** Name of the requests that are in no key. */
  readonly without: string;
  /** The dimension of the details of a key. */
  readonly dimension: DetailDimension;
  /** Returns the keys, the largest first; `undefined` while they are loading. */
  readonly countsOf: (total: Total) => readonly KeyCount[] | undefined;
  /** Returns the requests that the keys should add up to. */
  readonly sumOf: (total: Total) => number;
  /** True if only some installations send what is counted here. */
  readonly isOptional: boolean;
}

const requestsOf = ({ requests }: Total) => requests;

/** Texts of the requests of keys that are not listed, as the pipeline and its CSV name them. */
export const otherKey = '(other)';

export const keyLists: readonly KeyList[] = [
  {
    name: 'errorpaths',
    title: 'Failed requests by path',
    noun: 'failed paths',
    keyLabel: 'Status and path',
    csvName: 'errorPath',
    none: 'No request failed',
    without: otherKey,
    dimension: 'path',
    countsOf: (total) => total.topErrorPaths,
    sumOf: ({ topStatuses }) => {
      const { client, server } = countErrors(topStatuses);
      return client + server;
    },
    isOptional: false,
  },
  {
    name: 'agents',
    title: 'User agents',
    noun: 'user agents',
    keyLabel: 'User agent',
    csvName: 'userAgent',
    none: 'No user agents',
    without: otherKey,
    dimension: 'agent',
    countsOf: (total) => total.topUserAgents,
    sumOf: requestsOf,
    isOptional: false,
  },
  {
    name: 'statuses',
    title: 'Status codes',
    noun: 'status codes',
    keyLabel: 'Status code',
    csvName: 'status',
    none: 'No entry had a status',
    without: '(no status)',
    dimension: 'status',
    countsOf: (total) => total.topStatuses,
    sumOf: requestsOf,
    isOptional: false,
  },
  {
    name: 'classes',
    title: 'Classes of agents',
    noun: 'classes of agents',
    keyLabel: 'Class',
    csvName: 'agentClass',
    none: 'No classes were counted',
    without: '(not classed)',
    dimension: 'class',
    countsOf: (total) => total.agentClasses,
    sumOf: requestsOf,
    isOptional: false,
  },
  {
    name: 'hosts',
    title: 'Hosts',
    noun: 'hosts',
    keyLabel: 'Host',
    csvName: 'host',
    none: 'No entry had a host',
    without: '(no host)',
    dimension: 'host',
    countsOf: (total) => total.topHosts,
    sumOf: requestsOf,
    isOptional: true,
  },
  {
    name: 'referrers',
    title: 'Referrers',
    noun: 'referrers',
    keyLabel: 'Referrer',
    csvName: 'referrer',
    none: 'No entry had a referrer of another host',
    without: '(no referrer)',
    dimension: 'referrer',
    countsOf: (total) => total.topReferrers,
    sumOf: requestsOf,
    isOptional: true,
  },
  {
    name: 'countries',
    title: 'Countries',
    noun: 'countries',
    keyLabel: 'Country',
    csvName: 'country',
    none: 'No entry had a country',
    without: '(no country)',
    dimension: 'country',
    countsOf: (total) => total.topCountries,
    sumOf: requestsOf,
    isOptional: true,
  },
];

/**
 * Returns the requests that no listed key accounts for, or `undefined` if there are none. A list that is as long as
 * the pipeline was asked for leaves out keys, and so does one whose keys are always there.
 * @param counts  the keys of the list
 * @param top     number of keys that the pipeline was asked for
 */
function restOf(list: KeyList, counts: readonly KeyCount[], total: Total, top: number): KeyRow | undefined {
  const requests = counts.reduce((left, { requests: its }) => left - its, list.sumOf(total));
  if (requests <= 0) return undefined;
  const isShortened = counts.length >= top && list.without !== otherKey;
  return { key: isShortened ? `${otherKey} or ${list.without}` : list.without, requests, isRest: true };
}

/** Returns the rows of a list: its keys, and the rest as the last one; `undefined` while they are loading. */
export function keyRowsOf(list: KeyList, total: Total, top: number): KeyRow[] | undefined {
  const counts = list.countsOf(total);
  if (counts === undefined) return undefined;
  const rest = restOf(list, counts, total, top);
  const rows = counts.map(({ key, requests }) => ({ key, requests, isRest: false }));
  return rest === undefined ? rows : [...rows, rest];
}

/**
 * Returns how many keys a list has if there are more than those; `undefined` if it has all. The pipeline keeps and lists the largest
 * ones, so nothing can be found among the others.
 */
export function listedKeys(list: KeyList, total: Total, top: number): number | undefined {
  const counts = list.countsOf(total) ?? [];
  const { length } = counts;
  const hasOthers = restOf(list, counts, total, top)?.key.startsWith(otherKey) === true;
  return hasOthers && length > 0 ? length : undefined;
}

/** Returns the rows whose paths are of the chosen kind; lists of other things have all of theirs. */
export function rowsOfKind(
  { dimension }: KeyList,
  rows: readonly KeyRow[],
  kind: PathChoice,
): readonly KeyRow[] {
  if (dimension !== 'path') return rows;
  return rows.filter(({ key, isRest }) => isRest || isOfChosenKind(key, kind));
}

/** Columns by which lists of keys can be sorted. */
export const keyColumns = ['key', 'requests'] as const;

/** Compares keys by requests, the largest first, or by name. */
export function compareKeys(column: string): (a: KeyCount, b: KeyCount) => number {
  const byName = (a: KeyCount, b: KeyCount) => compareNames(a.key, b.key);
  return column === 'key' ? byName : (a, b) => b.requests - a.requests || byName(a, b);
}
