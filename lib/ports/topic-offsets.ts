/** Offsets by partition; the offset of a partition is that of the next record, so 0 for an empty one. */
export type Offsets = ReadonlyMap<number, bigint>;

/** Reads how far topics were written, and how far groups of consumers have read them. */
export interface TopicOffsets {
  /**
   * Returns the end of every partition that the topic has now, behind all records that were acknowledged before the
   * call; it trusts neither a list of partitions from before nor a broker that may not be the leader any more.
   * @throws Unavailable  they cannot be read now
   */
  ends(topic: string): Promise<Offsets>;

  /**
   * Returns what a group has committed; a partition without a commit is absent.
   * @throws Unavailable  they cannot be read now
   */
  committed(group: string, topic: string): Promise<Offsets>;

  /**
   * Returns the first offset that each partition still has.
   * @throws Unavailable  they cannot be read now
   */
  starts(topic: string): Promise<Offsets>;
}
