import { decideAdmission } from '../../domain/share-of.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { BudgetUsedUp, Unavailable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventStream } from '../../ports/event-stream.ts';
import type { AdmissionPolicy } from './admission.ts';
import { RecentCustomers } from './recent-customers.ts';
import { RecentShares } from './recent-shares.ts';

export interface IntentAdmissionOptions {
  /** The topic of intents. It is asked for each request, so its answer should be a recent one that is kept. */
  readonly intents: Pick<EventStream, 'backlog'>;
  readonly clock: Clock;
  /** Number of intents that may wait. */
  readonly maxBacklogRecords: number;
}

/** Size from which reading a batch has a noticeable cost. */
const largeFromBytes = 64 * 1_024;
/** A customer shares the backlog limit with those who have sent something in this time. */
const activeSeconds = 60;

/**
 * Decides which batches are taken now by how many intents wait. The topic cannot tell customers apart: a customer's part of
 * the backlog is estimated from its part of what this process took lately.
 */
export class IntentAdmission implements AdmissionPolicy {
  readonly #options: IntentAdmissionOptions;
  readonly #active: RecentCustomers<true>;
  readonly #taken: RecentShares;

  constructor(options: IntentAdmissionOptions) {
    this.#options = options;
    this.#active = new RecentCustomers(options.clock, activeSeconds);
    this.#taken = new RecentShares(options.clock, activeSeconds);
  }

  /**
   * Refuses a large batch before it is read, where the customer is beyond its share.
   * @throws BudgetUsedUp  the customer has used up its share; safe to repeat
   * @throws Unavailable   all customers together have used up the limit; safe to repeat
   */
  async requireShare(customerId: CustomerId, bytes: number): Promise<void> {
    this.#active.set(customerId, true);
    if (bytes >= largeFromBytes) await this.#require(customerId);
  }

  /** Takes a batch, or refuses it as `requireShare` does. */
  async requireRoom(customerId: CustomerId): Promise<void> {
    this.#active.set(customerId, true);
    await this.#require(customerId);
    this.#taken.add(customerId);
  }

  async #require(customerId: CustomerId): Promise<void> {
    const { intents, maxBacklogRecords } = this.#options;
    const backlog = await intents.backlog();
    if (backlog === undefined) return;
    const { records } = backlog;
    const ownRecords = Math.round(records * this.#taken.of(customerId));
    switch (decideAdmission({ records, ownRecords, activeCustomers: this.#active.size }, maxBacklogRecords)) {
      case 'admit':
        return;
      case 'own share used up':
        throw new BudgetUsedUp(
          `About ${ownRecords} of your batches wait to be counted, which is more than your share. Other customers are ` +
            'not affected. Repeat the request later, as it is.',
        );
      case 'all used up':
        throw new Unavailable(
          `${records} batches wait to be counted, and no more than ${maxBacklogRecords} should.`,
        );
    }
  }
}
