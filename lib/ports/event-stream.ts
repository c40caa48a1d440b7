/** One record: what is ordered together has one partition key (1–256 characters). */
export interface StreamRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** What was put and not yet consumed. */
export interface Backlog {
  readonly records: number;
  /** When the oldest unconsumed record was put; `undefined` when there is none. */
  readonly oldestPutAt: Date | undefined;
}

/** Data and partition key of one record together, in bytes: the limit of Kinesis' `PutRecords`. */
export const maxRecordBytes = 1024 * 1024;

/**
 * The way from `ingest` to `aggregate`. Records of one partition key are consumed in the order in which they were put,
 * at least once.
 */
export interface EventStream {
  /**
   * Puts all the records. When it returns, all of them survive the machine losing power; when it throws, some of them
   * may have been put all the same.
   * @throws Unavailable   the stream cannot take them now; safe to repeat, since consumers drop what they have
   * @throws RangeError    a record is larger than `maxRecordBytes` or its partition key has no or over 256 characters
   */
  put(records: readonly StreamRecord[]): Promise<void>;

  /** How far its consumers are behind; `undefined` where the stream does not tell and bounds what it takes by itself. */
  backlog(): Promise<Backlog | undefined>;

  /**
   * Everything that was put before this instant has been consumed; `undefined` where that is not known now, as where the
   * clock was set back below the instant of a put that waits. A put that is under way counts as put at the instant at
   * which it began.
   */
  consumedThrough(): Promise<Date | undefined>;
}
