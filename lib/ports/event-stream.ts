import type { CustomerId } from '../domain/customer-id.ts';
import type { WindowStart } from '../domain/window.ts';

/** One record: what is ordered together has one partition key (1–256 characters). */
export interface StreamRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Entries that the record counts, where its sender says so. */
  readonly entries?: number | undefined;
}

/** What was put and not yet consumed. */
export interface Backlog {
  readonly records: number;
  /** When the oldest unconsumed record was put; `undefined` when there is none. */
  readonly oldestPutAt: Date | undefined;
}

/** What one customer has on the stream that is not consumed yet, its puts under way included: as it was at one instant. */
export interface CustomerBacklog {
  readonly records: number;
  /** Entries that these records count; `undefined` where that is not known. */
  readonly entries: number | undefined;
  /**
   * Everything that was put for this customer before this instant has been consumed; the rules, and when it is
   * `undefined`, are those of `EventStream.consumedThrough`.
   */
  readonly consumedThrough: Date | undefined;
  /**
   * Tells whether a record waits for a minute window with `from ≤ windowStart < to`. A record whose window is not known
   * waits for every window.
   */
  waitsWithin(from: WindowStart, to: WindowStart): boolean;
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
   * Returns what one customer's consumers are behind, by the customer in the partition keys (see `partitionKeyOf`);
   * `undefined` where the stream cannot tell its customers apart. Ask before the counts are read: what is not in the
   * answer is then in the counts.
   */
  backlogOf(customerId: CustomerId): Promise<CustomerBacklog | undefined>;

  /**
   * Everything that was put before this instant has been consumed; `undefined` where that is not known now, as where the
   * clock was set back below the instant of a put that waits. A put that is under way counts as put at the instant at
   * which it began.
   */
  consumedThrough(): Promise<Date | undefined>;
}
