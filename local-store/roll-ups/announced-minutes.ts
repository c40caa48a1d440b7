import {
  customerOfKey,
  customerSegmentOf,
  windowPrefix,
  windowStartOfKey,
  type ObjectKey,
} from '../../lib/domain/keys.ts';
import type { CustomerId, Outstanding, RollUpBacklog } from '../../lib/ports/roll-up-backlog.ts';
import type { Timers } from '../timers.ts';
import type { WatchedClock } from '../watched-clock.ts';
import { minuteOf, waitingMinutes, type WaitingMinute } from './waiting-minutes.ts';

export interface AnnouncedMinutesOptions {
  /**
   * Returns the instant before which everything accepted for the customer, or for all customers if none is given, is
   * in its minutes.
   */
  readonly countedThrough: (customerId: CustomerId | undefined) => Promise<Date | undefined>;
  readonly oldestWrittenAt: () => Date | undefined;
  /** The clock by which records are put. */
  readonly clock: Pick<WatchedClock, 'timesSetBack'>;
  readonly timers: Pick<Timers, 'elapsed'>;
}

/** Waiting minutes of one customer. It only exists while there are some. */
interface Customer {
  readonly segment: string;
  readonly minutes: Set<WaitingMinute>;
  barrier: Barrier | undefined;
}

/** Progress of a customer's counting, noted before a write. */
export interface Barrier {
  readonly through: Date | undefined;
  readonly elapsed: number;
  readonly timesSetBack: number;
}

/** Age up to which a barrier may be reused: one for each write of a flood would cost more than the writes. */
const barrierMilliseconds = 100;

/**
 * The minutes announced to the roll-up queue whose messages are not deleted: those being written, waiting, received,
 * or dead letters. Kept in memory, and rebuilt from the queues at each start.
 */
export class AnnouncedMinutes implements RollUpBacklog {
  readonly #options: AnnouncedMinutesOptions;
  readonly #byMessage = new Map<string, { readonly customer: Customer; readonly minute: WaitingMinute }>();
  readonly #bySegment = new Map<string, Customer>();

  constructor(options: AnnouncedMinutesOptions) {
    this.#options = options;
  }

  /** Notes how far a customer is counted, before the message of a write is held. Returns the value to pass to `add`. */
  async noteBarrier(key: ObjectKey): Promise<Barrier> {
    const { clock, timers, countedThrough } = this.#options;
    const customer = this.#bySegment.get(customerSegmentOf(key));
    const noted = { elapsed: timers.elapsed(), timesSetBack: clock.timesSetBack };
    if (customer?.barrier !== undefined && isFresh(customer.barrier, noted)) return customer.barrier;
    const barrier = { through: await countedThrough(customerOfKey(key)), ...noted };
    if (customer !== undefined) customer.barrier = barrier;
    return barrier;
  }

  /**
   * Adds a minute before it is written.
   * @param barrier  `undefined` if an earlier process made the write
   */
  add(messageId: string, key: ObjectKey, barrier: Barrier | undefined): void {
    const segment = customerSegmentOf(key);
    let customer = this.#bySegment.get(segment);
    if (customer === undefined) {
      customer = { segment, minutes: new Set(), barrier: undefined };
      this.#bySegment.set(segment, customer);
    }
    const minute = { minute: minuteOf(windowStartOfKey(key)), barrier };
    customer.minutes.add(minute);
    this.#byMessage.set(messageId, { customer, minute });
  }

  /** Removes a minute whose message is gone: it is rolled up, or was not written. */
  remove(messageId: string): void {
    const announced = this.#byMessage.get(messageId);
    if (announced === undefined) return;
    const { customer, minute } = announced;
    this.#byMessage.delete(messageId);
    customer.minutes.delete(minute);
    if (customer.minutes.size === 0) this.#bySegment.delete(customer.segment);
  }

  async of(customerId: CustomerId | undefined, countedThrough: Date | undefined): Promise<Outstanding> {
    const { timesSetBack } = this.#options.clock;
    return waitingMinutes(this.#waitingOf(customerId), countedThrough, timesSetBack);
  }

  #waitingOf(customerId: CustomerId | undefined): Iterable<WaitingMinute> {
    if (customerId === undefined) return Array.from(this.#byMessage.values(), ({ minute }) => minute);
    const [, , segment = ''] = windowPrefix(customerId, 'minute').split('/');
    return this.#bySegment.get(segment)?.minutes ?? [];
  }

  async oldestWrittenAt(): Promise<Date | undefined> {
    return this.#options.oldestWrittenAt();
  }
}

/**
 * Reports whether a barrier may be reused. Not if the clock was set back since: later batches may have an earlier
 * instant.
 */
function isFresh(barrier: Barrier, now: Omit<Barrier, 'through'>): boolean {
  return now.elapsed - barrier.elapsed < barrierMilliseconds && now.timesSetBack === barrier.timesSetBack;
}
