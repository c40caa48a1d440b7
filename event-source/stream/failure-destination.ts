import type { KinesisStreamEvent } from 'aws-lambda';
import type { InvocationRecord } from './invocation-record.ts';

/** A destination for records that have reached a limit. */
export interface FailureDestination {
  /**
   * Delivers records. They are durable when it returns, and delivered again if the process dies before that is
   * stored.
   * @param event  the records, as the function got them
   * @param cause  the last failure, if it is known
   * @throws Unavailable  the destination cannot be written now
   */
  deliver(record: InvocationRecord, event: KinesisStreamEvent, cause?: unknown): Promise<void>;
}
