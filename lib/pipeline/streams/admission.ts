import type { CustomerId } from '../../domain/customer-id.ts';
import { decideAdmission } from '../../domain/share-of.ts';
import { streamOf, type StreamName } from '../../domain/stream-name.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import { BudgetUsedUp, Unavailable } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { RecentCustomers } from './recent-customers.ts';
import type { Streams } from './streams.ts';

export interface AdmissionOptions {
  readonly streams: Streams;
  readonly clock: Clock;
  /** Number of records that may wait on a stream. */
  readonly maxBacklogRecords: number;
}

/** Decides which batches are taken now. */
export type AdmissionPolicy = Pick<Admission, 'requireShare' | 'requireRoom'>;

/** Size from which reading a batch has a noticeable cost. */
const largeFromBytes = 64 * 1_024;

/**
 * Time for which a refused customer stays beyond its share without another look, which costs 1 ms for a large backlog.
 */
const refusedMilliseconds = 500;

interface Refused {
  readonly stream: StreamName;
  readonly error: BudgetUsedUp;
  /** Time in milliseconds since 1970. */
  readonly at: number;
}

/** A customer shares the backlog limit with all customers that have sent something within this time. */
const activeSeconds = 60;

/**
 * Decides which batches are admitted now, so that the backlog stays bounded and customers share it: alone, one may use all
 * of it; while others send, each has a share. If a stream cannot tell its customers apart, only the whole is bounded, and
 * on Kinesis not even that: its shards bound it.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #active: RecentCustomers<true>;
  /** Time and stream of a customer's last refusal. */
  readonly #refused: RecentCustomers<Refused>;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#active = new RecentCustomers(options.clock, activeSeconds);
    this.#refused = new RecentCustomers(options.clock, activeSeconds);
  }

  /**
   * Refuses a large batch before it is read if the customer was refused a moment ago and is still beyond its share: reading
   * is the expensive part. Small batches are read, since they may take the other stream.
   * @throws BudgetUsedUp  the customer has used up its share; safe to repeat
   */
  async requireShare(customerId: CustomerId, bytes: number): Promise<void> {
    this.#active.set(customerId, true);
    const refused = this.#refused.get(customerId);
    if (refused === undefined || bytes < largeFromBytes) return;
    const age = this.#options.clock.now().getTime() - refused.at;
    if (age >= 0 && age < refusedMilliseconds) throw refused.error;
    await this.#requireRoomOn(refused.stream, customerId);
  }

  /**
   * @throws BudgetUsedUp  the customer has used up its share of a stream that the partials take; safe to repeat
   * @throws Unavailable   all customers together have used up such a stream; safe to repeat
   */
  async requireRoom(
    customerId: CustomerId,
    partials: readonly Pick<EncodedPartial, 'isLate' | 'isFuture'>[],
  ): Promise<void> {
    const names = new Set(partials.map(streamOf));
    await Promise.all([...names].map((name) => this.#requireRoomOn(name, customerId)));
  }

  #refuse(customerId: CustomerId, stream: StreamName, records: number): BudgetUsedUp {
    const error = new BudgetUsedUp(
      `${records} of your partials wait to be counted, which is more than your share. Other customers are not affected. ` +
        'Repeat the request later, as it is.',
    );
    this.#refused.set(customerId, { stream, error, at: this.#options.clock.now().getTime() });
    return error;
  }

  async #requireRoomOn(name: StreamName, customerId: CustomerId): Promise<void> {
    const { streams, maxBacklogRecords } = this.#options;
    const backlog = await streams[name].backlog(customerId);
    if (backlog === undefined) return;
    // Where the stream cannot tell customers apart, all records count as this one's.
    const { records, ownRecords = records } = backlog;
    const activeCustomers = this.#active.size;
    switch (decideAdmission({ records, ownRecords, activeCustomers }, maxBacklogRecords)) {
      case 'admit':
        return;
      case 'own share used up':
        throw this.#refuse(customerId, name, ownRecords);
      case 'all used up':
        throw new Unavailable(
          `${records} partials wait to be counted, and no more than ${maxBacklogRecords} should.`,
        );
    }
  }
}
