/**
 * Lists the customers of a store by the segments that keys have for them (see `customerSegmentOf`).
 */
export interface CustomerSegments {
  /**
   * Lists the segments of customers that have minute windows, ascending, from behind one on. A segment is listed from the
   * first window on; one whose last window is removed while it is listed may be listed still. Read lazily.
   * @throws Unavailable  they cannot be listed now
   */
  behind(segment: string | undefined): AsyncIterable<string>;
}
