import type { CustomerId } from '../domain/customer-id.ts';
import type { WindowStart } from '../domain/window.ts';

/** One record; records with the same partition key (1–256 characters) keep their order. */
export interface StreamRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Number of entries that the record counts, if its sender gives it. */
  readonly entries?: number | undefined;
}

/** Records that were put and are not consumed yet. */
export interface Backlog {
  readonly records: number;
  /** When the oldest unconsumed record was put; `undefined` if there is none. */
  readonly oldestPutAt: Date | undefined;
  /** Records of the customer asked about, with puts under way; absent if the stream cannot tell customers apart. */
  readonly ownRecords?: number;
}

/** A customer's unconsumed records on the stream, including puts under way, at one instant. */
export interface CustomerBacklog {
  readonly records: number;
  /** Number of entries that these records count; `undefined` if it is not known. */
  readonly entries: number | undefined;
  /**
   * Everything put for this customer before this instant has been consumed; the rules of
   * `EventStream.consumedThrough` apply, also for `undefined`.
   */
  readonly consumedThrough: Date | undefined;
  /**
   * Reports whether a record waits for a minute window with `from ≤ windowStart < to`. A record whose window is not
   * known waits for every window.
   */
  waitsWithin(from: WindowStart, to: WindowStart): boolean;
}

/** Limit of Kinesis' `PutRecords`: bytes of data and partition key of one record together. */
export const maxRecordBytes = 1024 * 1024;

/**
 * The way from `ingest` to `aggregate`. Records of one partition key are consumed at least once, in the order in
 * which they were put.
 */
export interface EventStream {
  /**
   * Puts all the records. When it returns, all of them survive a power cut; when it throws, some of them may have
   * been put.
   * @throws Unavailable   the stream cannot take them now; safe to repeat, since consumers drop records they have
   * @throws RangeError    a record is larger than `maxRecordBytes`, or its partition key is empty or longer than 256
   * characters
   */
  put(records: readonly StreamRecord[]): Promise<void>;

  /**
   * Returns the backlog of its consumers; `undefined` if the stream does not report it and limits its input by
   * itself. Cheap, since each batch asks.
   * @param customerId  the customer whose records are counted by themselves, too
   */
  backlog(customerId?: CustomerId): Promise<Backlog | undefined>;

  /**
   * Returns the backlog of one customer, by the customer in the partition keys (see `partitionKeyOf`), or of all
   * customers together if none is given; `undefined` if the stream cannot tell customers apart. Ask before you read the counts: they then include everything that is not
   * in the answer.
   */
  backlogOf(customerId: CustomerId | undefined): Promise<CustomerBacklog | undefined>;

  /**
   * Returns an instant before which everything that was put has been consumed; `undefined` if that is not known now,
   * for example because the clock was set back to before a waiting put. A put under way counts from the instant at
   * which it began.
   */
  consumedThrough(): Promise<Date | undefined>;
}
