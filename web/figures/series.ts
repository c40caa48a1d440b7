/** Requests between two instants. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
}

/** What is used here of a window of the pipeline. */
export interface CountedWindow {
  readonly start: number;
  readonly requests: number;
}

/**
 * The windows' requests between each two edges; where there is no window there were none.
 * @param edges    in order
 * @param windows  each within two edges, in any order
 */
export function countBetween(edges: readonly number[], windows: readonly CountedWindow[]): Bucket[] {
  const inOrder = [...windows].sort((a, b) => a.start - b.start);
  let next = 0;
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1] ?? from;
    let requests = 0;
    for (let window = inOrder[next]; window !== undefined && window.start < to; window = inOrder[++next]) {
      if (window.start >= from) requests += window.requests;
    }
    return { from, to, requests };
  });
}

/** The first of those with the most requests, or `undefined` where there are none. */
export function busiest(buckets: readonly Bucket[]): Bucket | undefined {
  let most: Bucket | undefined;
  for (const bucket of buckets) {
    if (bucket.requests > (most?.requests ?? 0)) most = bucket;
  }
  return most;
}
