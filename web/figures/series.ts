/** Requests between two instants. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  /** Those that are counted so far. */
  readonly requests: number;
  /** The pipeline says that it counted everything it has accepted for this time. */
  readonly isComplete: boolean;
}

/** What is used here of a window of the pipeline. */
export interface CountedWindow {
  readonly start: number;
  readonly requests: number;
  readonly isComplete: boolean;
}

/**
 * The windows' requests between each two edges; where there is no window there were none so far.
 * @param edges    in order
 * @param windows  each within two edges, in any order
 * @param windowMilliseconds  how long a window is
 */
export function countBetween(
  edges: readonly number[],
  windows: readonly CountedWindow[],
  windowMilliseconds: number,
): Bucket[] {
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
    // Of a window that is absent nobody knows whether it will come.
    return { from, to, requests, isComplete: complete * windowMilliseconds === to - from };
  });
}

/** The first of those with the most requests, or `undefined` where there are none. */
export function busiest<B extends Bucket>(buckets: readonly B[]): B | undefined {
  let most: B | undefined;
  for (const bucket of buckets) {
    if (bucket.requests > (most?.requests ?? 0)) most = bucket;
  }
  return most;
}
