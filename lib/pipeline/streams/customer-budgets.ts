import QuickLRU from 'quick-lru';
import type { CustomerId } from '../../domain/customer-id.ts';
import {
  fullBucket,
  refill,
  secondsUntilToken,
  spend,
  type TokenBucket,
  type TokenRate,
} from '../../domain/token-bucket.ts';
import { BudgetUsedUp } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';

/** Time after a request for which another customer counts as sending. */
const othersSendMilliseconds = 60_000;
/** Number of seconds whose income a budget can hold. */
const burstSeconds = 10;
const maxCustomers = 10_000;
/** A shard takes 1,000 records or 1 MB a second, so 1,000 bytes weigh as much as a record. */
const bytesPerRecord = 1_000;

interface Seen {
  readonly customerId: CustomerId;
  readonly at: number;
}

/**
 * Bounds what one customer puts on the streams through this process while others send, in records a second; alone, a
 * customer may use everything. A batch is charged once its records are known, so that a batch with many windows puts its
 * customer into debt, and the next one is refused until the debt is paid. Instances of a deployed function do not know each
 * other: a customer's bound is that of one instance times the number of instances, and only reserved concurrency bounds
 * that number.
 */
export class CustomerBudgets {
  readonly #rate: TokenRate;
  readonly #clock: Clock;
  readonly #buckets = new QuickLRU<CustomerId, TokenBucket>({ maxSize: maxCustomers });
  #latest: Seen | undefined;
  #latestOther: Seen | undefined;

  constructor(recordsPerSecond: number, clock: Clock) {
    this.#rate = { perSecond: recordsPerSecond, burst: recordsPerSecond * burstSeconds };
    this.#clock = clock;
  }

  /**
   * Notes that the customer sends.
   * @throws BudgetUsedUp  the customer is in debt, and others send as well
   */
  require(customerId: CustomerId): void {
    const now = this.#clock.now().getTime();
    this.#see({ customerId, at: now });
    if (!this.#othersSend(now)) return;
    const bucket = this.#bucketOf(customerId, now);
    this.#buckets.set(customerId, bucket); // also if it is refused: a clock that was set back then stops nobody for long
    if (bucket.tokens >= 1) return;
    throw new BudgetUsedUp(
      'You have sent more than your share while others send. Repeat the request as it is after the given time.',
      Math.min(60, secondsUntilToken(bucket, this.#rate)),
    );
  }

  /** Charges the customer with what was put on the streams, if others send. */
  charge(customerId: CustomerId, records: readonly { readonly data: Uint8Array }[]): void {
    const now = this.#clock.now().getTime();
    if (!this.#othersSend(now)) return;
    const weight = records.reduce((sum, { data }) => sum + Math.max(1, data.length / bytesPerRecord), 0);
    this.#buckets.set(customerId, spend(this.#bucketOf(customerId, now), weight));
  }

  #bucketOf(customerId: CustomerId, now: number): TokenBucket {
    const bucket = this.#buckets.get(customerId);
    return bucket === undefined ? fullBucket(this.#rate, now) : refill(bucket, this.#rate, now);
  }

  #see(seen: Seen): void {
    if (this.#latest !== undefined && this.#latest.customerId !== seen.customerId) {
      this.#latestOther = this.#latest;
    }
    this.#latest = seen;
  }

  /** This runs right after the customer was seen, so the other one is the latest that differs from it. */
  #othersSend(now: number): boolean {
    return this.#latestOther !== undefined && Math.abs(now - this.#latestOther.at) <= othersSendMilliseconds;
  }
}
