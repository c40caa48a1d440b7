/** Requests between two instants. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  /** Requests counted so far. */
  readonly requests: number;
  /** The pipeline says that it has counted everything it accepted for this time. */
  readonly isComplete: boolean;
}

/** The fields of a pipeline's window that the page uses. */
export interface CountedWindow {
  readonly start: number;
  readonly requests: number;
  readonly isComplete: boolean;
}

/**
 * Returns the requests between consecutive edges; a missing window counts as none so far.
 * @param edges    in order
 * @param windows  at most one between two edges, in any order
 */
export function countBetween(edges: readonly number[], windows: readonly CountedWindow[]): Bucket[] {
  const inOrder = [...windows].sort((a, b) => a.start - b.start);
  let next = 0;
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1] ?? from;
    let requests = 0;
    let complete = 0;
    for (let window = inOrder[next]; window !== undefined && window.start < to; window = inOrder[++next]) {
      if (window.start < from) continue;
      requests += window.requests;
      if (window.isComplete) complete += 1;
    }
    // Nobody knows whether a missing window will still appear.
    return { from, to, requests, isComplete: complete > 0 };
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
