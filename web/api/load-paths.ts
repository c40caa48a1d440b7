import { isOfChosenKind, type PathChoice } from '../figures/path-kinds.ts';
import type { Range } from '../period/period.ts';
import { count, list, member, optionalNumber, parseNextToken, text } from './fields.ts';
import type { Client } from './client.ts';
import { isoRange } from './iso-range.ts';
import { readPages } from './read-pages.ts';

/** A path with its method, and what is counted of it. */
export interface PathRow {
  readonly key: string;
  readonly requests: number;
  readonly errors: number;
  /** `undefined`, as `meanMs`, if no entry had the fact. */
  readonly bytes: number | undefined;
  readonly meanMs: number | undefined;
}

/** The columns by which the pipeline sorts paths, the largest first. */
export const pathSorts = ['requests', 'errors', 'bytes', 'meanMs'] as const;
export type PathSort = (typeof pathSorts)[number];

export interface PathQuery {
  readonly customer: string;
  readonly range: Range;
  /** A part of the method and the path; `''`: all paths. */
  readonly search: string;
  readonly sort: PathSort;
  /** The pipeline does not tell pages from assets, so this reads as many paths as it needs to. */
  readonly kind: PathChoice;
}

/** The first paths of a list. */
export interface PathRows {
  readonly rows: readonly PathRow[];
  /** Requests whose path is not known. */
  readonly folded: number;
  /** Requests with a status of 400 or more among those. */
  readonly foldedErrors: number;
  readonly hasMore: boolean;
}

/** The most that the pipeline gives at once: counting them is the same work for a few, and a printed page has them. */
const pathsOfPage = '1000';

/**
 * Reads the first paths of a list.
 * @param needed  number of rows to read; there are fewer if the list ends before, and may be more
 */
export async function loadPaths(
  { customer, range, search, sort, kind }: PathQuery,
  needed: number,
  client: Client,
  signal: AbortSignal,
): Promise<PathRows> {
  const parameters = {
    ...isoRange(range),
    sort,
    limit: pathsOfPage,
    ...(search.trim() === '' ? {} : { search: search.trim() }),
  };
  const ofKind = ({ rows }: PathPage) => rows.filter(({ key }) => isOfChosenKind(key, kind));
  const pages = await readPages(
    { path: 'aggregates/paths', parameters, customer },
    parsePathPage,
    client,
    signal,
    (pages) => pages.reduce((sum, page) => sum + ofKind(page).length, 0) >= needed,
  );
  return {
    rows: pages.flatMap(ofKind),
    folded: pages[0]?.folded ?? 0,
    foldedErrors: pages[0]?.foldedErrors ?? 0,
    hasMore: pages.at(-1)?.nextToken !== undefined,
  };
}

interface PathPage {
  readonly rows: readonly PathRow[];
  readonly folded: number;
  readonly foldedErrors: number;
  readonly nextToken: string | undefined;
}

function parsePathPage(answer: unknown): PathPage {
  return {
    rows: list(answer, 'paths', (row) => ({
      key: text(member(row, 'key'), 'key'),
      requests: count(member(row, 'requests'), 'requests'),
      errors: count(member(row, 'errors'), 'errors'),
      bytes: optionalNumber(row, 'bytes'),
      meanMs: optionalNumber(row, 'meanMs'),
    })),
    folded: count(member(answer, 'folded'), 'folded'),
    foldedErrors: count(member(answer, 'foldedErrors'), 'foldedErrors'),
    nextToken: parseNextToken(answer),
  };
}
