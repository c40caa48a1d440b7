import { otherKey } from './folding.ts';
import { saturatedSum } from './sums.ts';

/** Some of a window's paths. */
export interface MatchingPaths {
  /** Of the paths that match; those under `(other)` are not among them, as nobody knows their paths. */
  readonly requests: number;
  /** By key, with `(other)` as the window has it. */
  readonly counts: ReadonlyMap<string, number>;
}

/** The paths that start with a prefix, whatever the method: a key is a method, which has no space, a space and the path. */
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
