import type { WindowPartial } from '../../domain/partial.ts';

/** A record of a stream, and its place there. */
export interface ReceivedRecord {
  readonly stream: string;
  readonly partition: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** A record that is not counted, and why. */
export interface UncountedRecord {
  readonly record: ReceivedRecord;
  readonly error: unknown;
}

/** A record, and the partial that it carries. */
export interface ReceivedPartial {
  readonly record: ReceivedRecord;
  readonly partial: WindowPartial;
}
