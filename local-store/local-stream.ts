import type { Backlog, EventStream, StreamRecord } from '../lib/ports/event-stream.ts';

/** A record with its position: later records of its partition have higher sequence numbers. */
export interface LoggedRecord extends StreamRecord {
  readonly data: Buffer;
  readonly sequence: number;
  readonly putAt: Date;
}

/** A reader of a stream, and the position at which it begins if it has never read before. */
export interface Consumer {
  readonly name: string;
  /** `TRIM_HORIZON`: the oldest stored record; `LATEST`: after all records that exist when it is first declared. */
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
}

export interface ReadLimits {
  /** At least 1. */
  readonly maxRecords: number;
  /**
   * Limit for data and partition keys together. With at least `maxRecordBytes`, a record that exists is always
   * returned.
   */
  readonly maxBytes: number;
}

/** Limits of one invocation. */
export interface TakeLimits extends ReadLimits {
  /** Maximum number of windows (customer and minute), each of which is a file to read and to write. At least 1. */
  readonly maxWindows: number;
}

export interface TakenRecords {
  readonly records: readonly LoggedRecord[];
  /** True if the limits left records behind. */
  readonly isFull: boolean;
}

/**
 * An event stream that is consumed on this machine. A consumer takes records of a partition, one customer's in order
 * and customers in turn, and finishes them one by one. So a customer only waits for its own records.
 */
export interface LocalStream extends EventStream {
  readonly name: string;

  backlog(customerId?: string): Promise<Backlog>;

  /** The partitions to read, in ascending order: the configured ones, and earlier ones that still have records. */
  partitions(): readonly number[];

  /** Returns the sequence number through which the consumer has done everything; 0 before the first record. */
  position(consumer: string, partition: number): number;

  /**
   * Returns the records after `afterSequence` that some consumer has not done, in order and within the limits. It
   * changes nothing.
   * @throws UnreadableFormat  a record is damaged or is missing
   */
  read(partition: number, afterSequence: number, limits: ReadLimits): readonly LoggedRecord[];

  /**
   * Resolves as soon as the consumer could take as much as the limits allow (any record, if `maxRecords` is 1);
   * rejects when the signal is aborted.
   */
  waitForRecords(consumer: string, partition: number, limits: TakeLimits, signal: AbortSignal): Promise<void>;

  /**
   * Takes records for the consumer, within the limits and by sequence number; there may be none. While records of a
   * customer are taken and not done, no further ones of that customer are taken. Records that are neither finished
   * nor released are taken again after a restart.
   * @throws UnreadableFormat  a record is damaged or is missing
   */
  take(consumer: string, partition: number, limits: TakeLimits): TakenRecords;

  /** Gives back taken records that are not done. */
  release(consumer: string, partition: number, sequences: readonly number[]): void;

  /**
   * Stores durably that the consumer has done records that it took. Records that all consumers have done are deleted.
   * @throws Unavailable  this could not be written; safe to repeat
   * @throws RangeError   one of them was not taken
   */
  finish(consumer: string, partition: number, sequences: readonly number[]): Promise<void>;
}
