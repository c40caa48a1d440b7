import * as z from 'zod';
import { packNumbers, unpackNumbers } from './packed-numbers.ts';

/**
 * Requests that failed, by status and path, as they are stored: for each status, the places of paths among the keys of
 * `requestsByPath`, each followed by its requests. So a path stands once.
 */
export type ErrorsOfPaths = Readonly<Record<string, readonly number[]>>;

const statusPattern = /^[1-9]\d\d$/;

export const errorsOfPathsSchema = z.record(
  z.string().regex(statusPattern),
  z.string().transform((text, context): readonly number[] => {
    const pairs = unpackPairs(text);
    if (pairs !== undefined) return pairs;
    context.addIssue({ code: 'custom', message: 'not errors of paths' });
    return z.NEVER;
  }),
);

/** Packs pairs; of each place, the distance from the one before stands in the text. */
export function packErrors(errors: ErrorsOfPaths): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(errors).map(([status, pairs]) => [
      status,
      packNumbers(pairs.map((number, at) => (at % 2 === 0 ? number - (pairs[at - 2] ?? 0) : number))),
    ]),
  );
}

function unpackPairs(text: string): readonly number[] | undefined {
  const packed = unpackNumbers(text);
  if (packed === undefined || packed.length === 0 || packed.length % 2 !== 0) return undefined;
  let place = 0;
  for (let at = 0; at < packed.length; at += 2) {
    const distance = packed[at] ?? 0;
    if ((at > 0 && distance === 0) || (packed[at + 1] ?? 0) < 1) return undefined;
    place += distance;
    packed[at] = place;
  }
  return packed;
}

/** The two parts of `requestsByErrorPath`. */
export interface StoredErrorPaths {
  readonly errorsOfPaths: ErrorsOfPaths | undefined;
  /** Keys whose path is not a key of `requestsByPath`: `(other)`, or because the path was folded. */
  readonly others: ReadonlyMap<string, number>;
}

/** @param paths  keys of `requestsByPath` in the order of their JSON text */
export function toStoredErrorPaths(
  requestsByErrorPath: ReadonlyMap<string, number>,
  paths: readonly string[],
): StoredErrorPaths {
  if (requestsByErrorPath.size === 0) return { errorsOfPaths: undefined, others: requestsByErrorPath };
  const places = new Map(paths.map((path, place) => [path, place]));
  const pairsOf = new Map<string, [place: number, requests: number][]>();
  const others = new Map<string, number>();
  for (const [key, requests] of requestsByErrorPath) {
    const place =
      statusPattern.test(key.slice(0, 3)) && key[3] === ' ' ? places.get(key.slice(4)) : undefined;
    if (place === undefined) {
      others.set(key, requests);
      continue;
    }
    const status = key.slice(0, 3);
    const pairs = pairsOf.get(status);
    if (pairs === undefined) pairsOf.set(status, [[place, requests]]);
    else pairs.push([place, requests]);
  }
  if (pairsOf.size === 0) return { errorsOfPaths: undefined, others };
  const errorsOfPaths = Object.fromEntries(
    [...pairsOf].map(([status, pairs]) => [status, pairs.sort(([a], [b]) => a - b).flat()]),
  );
  return { errorsOfPaths, others };
}

/** Adds stored errors to `requestsByErrorPath`, in place; returns `false` where a place has no path. */
export function addStoredErrorPaths(
  errorsOfPaths: ErrorsOfPaths,
  paths: readonly string[],
  requestsByErrorPath: Map<string, number>,
): boolean {
  for (const [status, pairs] of Object.entries(errorsOfPaths)) {
    for (let at = 0; at < pairs.length; at += 2) {
      const path = paths[pairs[at] ?? -1];
      if (path === undefined) return false;
      const key = `${status} ${path}`;
      if (requestsByErrorPath.has(key)) return false;
      requestsByErrorPath.set(key, pairs[at + 1] ?? 0);
    }
  }
  return true;
}
