import QuickLRU from 'quick-lru';
import type { CustomerId } from '../../domain/customer-id.ts';
import { looksLikeEqualBody, suspect, type Sending, type Suspicions } from '../../domain/equal-bodies.ts';
import { batchKey, type ObjectKey } from '../../domain/keys.ts';
import type { BatchId } from '../../domain/batch-id.ts';

/** Numbers that are remembered, of some 300 and 150 bytes. */
const maxBatches = 10_000;
const maxCustomers = 1_000;

/** The batch of a sending; its id was derived from the body. */
export interface SentBody {
  readonly customerId: CustomerId;
  readonly id: BatchId;
}

/**
 * Watches batches without an idempotency key for equal bodies of different senders, which are counted once, as retries
 * are. It knows only what this process has received lately.
 */
export class EqualBodies {
  readonly #first = new QuickLRU<ObjectKey, Sending>({ maxSize: maxBatches });
  readonly #suspicions = new QuickLRU<CustomerId, Suspicions>({ maxSize: maxCustomers });

  /** Returns whether a body looks like an equal one of another sender, and whether its customer should be told so now. */
  note(
    { customerId, id }: SentBody,
    sending: Sending,
  ): { readonly isSuspicious: boolean; readonly isWarningDue: boolean } {
    const key = batchKey(customerId, id);
    const first = this.#first.get(key);
    if (first === undefined) this.#first.set(key, sending);
    if (first === undefined || !looksLikeEqualBody(first, sending)) {
      return { isSuspicious: false, isWarningDue: false };
    }
    const { suspicions, isWarningDue } = suspect(this.#suspicions.get(customerId), sending.at);
    this.#suspicions.set(customerId, suspicions);
    return { isSuspicious: true, isWarningDue };
  }
}
