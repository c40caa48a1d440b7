import { otherKey } from './folding.ts';
import { saturatedSum } from './sums.ts';

/** Some of a window's paths. */
export interface MatchingPaths {
  /** Requests of the matching paths, without those under `(other)`, whose paths nobody knows. */
  readonly requests: number;
  /** Counts by key, with `(other)` as in the window. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Returns the paths that start with a prefix, for any method: a key is a method, which has no space, a space and the
 * path.
 */
export function pathsStartingWith(
  prefix: string,
  requestsByPath: ReadonlyMap<string, number>,
): MatchingPaths {
  const counts = new Map<string, number>();
  let requests = 0;
  for (const [key, count] of requestsByPath) {
    if (key === otherKey) {
      counts.set(key, count);
    } else if (key.startsWith(prefix, key.indexOf(' ') + 1)) {
      counts.set(key, count);
      requests = saturatedSum(requests, count);
    }
  }
  return { requests, counts };
}
