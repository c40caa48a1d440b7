import type { CustomerId } from '../domain/customer-id.ts';
import type { ObjectKey } from '../domain/keys.ts';
import type { EncodedPartial } from '../domain/summarise.ts';

/** A batch that is about to be stored. */
export interface BatchToStore {
  readonly customerId: CustomerId;
  readonly key: ObjectKey;
  /** True if its partials may be lost although they were emitted. */
  readonly isAfterLoss?: boolean;
}

/**
 * The way of a batch from `ingest` to the streams. Where the store announces its writes by itself, `ingest` emits the
 * partials; elsewhere it makes an intent durable before it stores the batch, and somebody else emits them.
 */
export interface Outbox {
  /**
   * Makes durable that this batch may be stored, if nothing else would find it after a crash.
   * @returns the time within which the batch has to be stored, in milliseconds; beyond it, a new intent is needed.
   * `undefined` sets no limit.
   * @throws Unavailable  the intent cannot be made durable now; safe to repeat
   */
  announce(batch: BatchToStore): Promise<number | undefined>;

  /**
   * Brings partials of a stored batch on their way, unless whoever reads the intent does so.
   * @throws Unavailable  a stream cannot take them now; some may have been put, and it is safe to repeat
   */
  emit(customerId: CustomerId, partials: readonly EncodedPartial[]): Promise<void>;
}
