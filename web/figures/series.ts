import { addUp, type Amounts } from './amounts.ts';
import { groupBetween } from './group-between.ts';

/** A span of time with the amounts counted for it so far. */
export interface Bucket extends Amounts {
  readonly from: number;
  readonly to: number;
  /** The pipeline says that it has counted everything it accepted for this time. */
  readonly isComplete: boolean;
}

/** The fields of a pipeline's window that the page uses. */
export interface CountedWindow extends Amounts {
  readonly start: number;
  readonly isComplete: boolean;
}

/**
 * Returns what is counted between consecutive edges; a missing window counts as none so far.
 * @param edges    in order
 * @param windows  each within two edges, in any order
 */
export function countBetween(edges: readonly number[], windows: readonly CountedWindow[]): Bucket[] {
  return groupBetween(edges, windows).map(({ from, to, within }) => {
    // Nobody knows whether a missing window will still appear.
    const isComplete = within.length > 0 && within.every((window) => window.isComplete);
    return Object.assign(addUp(within), { from, to, isComplete });
  });
}

/**
 * Returns the bucket with the most requests, the first one if several have them; `undefined` if there are no
 * requests.
 */
export function busiest<B extends Bucket>(buckets: readonly B[]): B | undefined {
  let most: B | undefined;
  for (const bucket of buckets) {
    if (bucket.requests > (most?.requests ?? 0)) most = bucket;
  }
  return most;
}
