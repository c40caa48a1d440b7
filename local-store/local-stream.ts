import type { Backlog, EventStream, StreamRecord } from '../lib/ports/event-stream.ts';

/** A record with its place: the next one of its partition has a higher sequence number. */
export interface LoggedRecord extends StreamRecord {
  readonly data: Buffer;
  readonly sequence: number;
  readonly putAt: Date;
}

/** Reader of a stream, and the place where it begins when it has never read before. */
export interface Consumer {
  readonly name: string;
  /** `TRIM_HORIZON`: the oldest record that is kept; `LATEST`: after what is there when it is first declared. */
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
}

export interface ReadLimits {
  /** At least 1. */
  readonly maxRecords: number;
  /** Data and partition keys together; from `maxRecordBytes` up, a record that is there is always returned. */
  readonly maxBytes: number;
}

/** Limits of one invocation. */
export interface TakeLimits extends ReadLimits {
  /** Windows differ in their customers or minutes: each is a file to read and to write. At least 1. */
  readonly maxWindows: number;
}

export interface TakenRecords {
  readonly records: readonly LoggedRecord[];
  /** The limits left something behind. */
  readonly isFull: boolean;
}

/**
 * An event stream that is consumed on this machine. A consumer takes records of a partition, those of one customer in
 * order and customers in turn, and finishes them one by one: a customer waits for its own records alone.
 */
export interface LocalStream extends EventStream {
  readonly name: string;

  backlog(customerId?: string): Promise<Backlog>;

  /** The partitions that there are to read, ascending: those that are configured, and older ones with records left. */
  partitions(): readonly number[];

  /** The sequence number through which the consumer has done everything; 0 before the first record. */
  position(consumer: string, partition: number): number;

  /**
   * The records after `afterSequence` that some consumer has yet to do, in order, as many as there are within the limits.
   * For those who look: it changes nothing.
   * @throws UnreadableFormat  a record is damaged or is missing
   */
  read(partition: number, afterSequence: number, limits: ReadLimits): readonly LoggedRecord[];

  /**
   * Resolves as soon as the consumer could take as much as the limits allow, or where `maxRecords` is 1 anything; rejects
   * when the signal is aborted.
   */
  waitForRecords(consumer: string, partition: number, limits: TakeLimits, signal: AbortSignal): Promise<void>;

  /**
   * Takes records for the consumer, within the limits and by sequence number; none where there is nothing to take. Of a
   * customer whose records were taken and are not done, nothing more is taken. What is neither finished nor released is
   * taken again after a restart.
   * @throws UnreadableFormat  a record is damaged or is missing
   */
  take(consumer: string, partition: number, limits: TakeLimits): TakenRecords;

  /** Returns taken records that are not done to the stream. */
  release(consumer: string, partition: number, sequences: readonly number[]): void;

  /**
   * Remembers durably that the consumer has done records that it took. Those that all consumers have done are deleted.
   * @throws Unavailable  it could not be written; safe to repeat
   * @throws RangeError   one of them was not taken
   */
  finish(consumer: string, partition: number, sequences: readonly number[]): Promise<void>;
}
