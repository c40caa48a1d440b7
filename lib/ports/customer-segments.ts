/** Lists the customers of a store by their segments in keys (see `customerSegmentOf`). */
export interface CustomerSegments {
  /**
   * Lists the segments of customers that have minute windows, in ascending order, after the given one. A segment is
   * listed from its first window on; if its last window is removed during the list, it may still appear. Reads
   * lazily.
   * @throws Unavailable  they cannot be listed now
   */
  behind(segment: string | undefined): AsyncIterable<string>;
}
