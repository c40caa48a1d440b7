import type { Backlog, EventStream, StreamRecord } from '../lib/ports/event-stream.ts';

/** A record with its place: the next one of its partition has the sequence number that follows. */
export interface LoggedRecord extends StreamRecord {
  readonly data: Buffer;
  readonly sequence: number;
  readonly putAt: Date;
}

/** Who reads a stream, and where it begins when it has never read before. */
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

/** An event stream that is read on this machine: each partition in order, from where its consumer was. */
export interface LocalStream extends EventStream {
  readonly name: string;

  backlog(): Promise<Backlog>;

  /** The partitions that there are to read, ascending: those that are configured, and older ones with records left. */
  partitions(): readonly number[];

  /** The sequence number through which the consumer has done everything; 0 before the first record. */
  position(consumer: string, partition: number): number;

  /**
   * The records after `afterSequence`, in order, as many as there are within the limits.
   * @throws UnreadableFormat  a record was written by a newer version, is damaged or is missing
   */
  read(partition: number, afterSequence: number, limits: ReadLimits): readonly LoggedRecord[];

  /** Resolves as soon as a record after `afterSequence` can be read; rejects when the signal is aborted. */
  waitForRecords(partition: number, afterSequence: number, signal: AbortSignal): Promise<void>;

  /**
   * Remembers durably that the consumer has done everything through `sequence`; a lower one than before changes
   * nothing. Records that all consumers have passed are deleted.
   * @throws Unavailable  it could not be written; safe to repeat
   */
  checkpoint(consumer: string, partition: number, sequence: number): Promise<void>;
}
