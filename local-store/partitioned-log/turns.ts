import type { TakeLimits } from '../local-stream.ts';
import type { CustomerRecords } from './customer-records.ts';
import type { WaitingRecord } from './waiting-record.ts';

/**
 * If several customers wait, each gets at most this fraction of an invocation's windows. So a customer with one new
 * record waits briefly, however many records another one has.
 */
const shareOfWindows = 4;

/** A customer whose turn it is, from its oldest record on. */
interface Turn {
  readonly customer: CustomerRecords;
  readonly records: Iterator<WaitingRecord>;
  next: WaitingRecord | undefined;
  readonly windows: Set<number>;
}

export interface Choice {
  readonly chosen: readonly WaitingRecord[];
  /** True if the limits left records behind. */
  readonly isFull: boolean;
}

/**
 * The customers with waiting records in a partition, in the order of their turns. A customer whose records are being
 * worked on has no turn until that ends, so that its records stay in order.
 */
export class Turns {
  readonly #customers = new Set<CustomerRecords>();

  /** Adds the customer to the end of the queue, unless it has a place already. */
  add(customer: CustomerRecords): void {
    this.#customers.add(customer);
  }

  remove(customer: CustomerRecords): void {
    this.#customers.delete(customer);
  }

  /**
   * Chooses records within the limits: one of each customer in turn, each customer's in order. The next turn begins
   * with a customer that got nothing. Returns them by sequence number.
   */
  take({ maxRecords, maxBytes, maxWindows }: TakeLimits): Choice {
    const chosen: WaitingRecord[] = [];
    let bytesLeft = maxBytes;
    let windowsLeft = maxWindows;
    let isFull = false;
    const windowsOfOne = this.#customers.size > 1 ? Math.ceil(maxWindows / shareOfWindows) : maxWindows;

    const takeOne = (turn: Turn): 'taken' | 'no more of it' | 'full' => {
      const { next, windows } = turn;
      if (next === undefined) return 'no more of it';
      if (chosen.length === maxRecords || next.bytes > bytesLeft) {
        isFull = true;
        return 'full';
      }
      // A record without a minute counts as a window of its own.
      const window = next.minute ?? -next.sequence;
      if (!windows.has(window)) {
        if (windowsLeft === 0 || windows.size === windowsOfOne) {
          isFull = true;
          return 'no more of it';
        }
        windowsLeft -= 1;
        windows.add(window);
      }
      bytesLeft -= next.bytes;
      chosen.push(next);
      turn.next = nextOf(turn.records);
      return 'taken';
    };

    let turns: Turn[] = [];
    for (const customer of this.#customers) {
      if (customer.taken > 0) continue;
      const turn = turnOf(customer);
      const outcome = takeOne(turn);
      if (outcome === 'taken') turns.push(turn);
      // No other customer could get anything.
      if (outcome === 'full' || windowsLeft === 0) {
        isFull = true;
        break;
      }
    }
    const served = turns.map(({ customer }) => customer);
    for (let hasRoom = true; turns.length > 0 && hasRoom;) {
      const going = turns;
      turns = [];
      for (const turn of going) {
        const outcome = takeOne(turn);
        hasRoom &&= outcome !== 'full';
        if (outcome === 'taken') turns.push(turn);
      }
    }
    for (const customer of served) {
      this.#customers.delete(customer);
      this.#customers.add(customer);
    }
    return { chosen: chosen.sort((a, b) => a.sequence - b.sequence), isFull };
  }

  /** Reports whether as much as the limits allow could be taken. */
  hasEnough({ maxRecords, maxBytes, maxWindows }: TakeLimits): boolean {
    let records = 0;
    let bytes = 0;
    let windows = 0;
    for (const { taken, queue, bytes: own, windows: ownWindows } of this.#customers) {
      if (taken > 0) continue;
      records += queue.size;
      bytes += own;
      windows += ownWindows;
      if (records >= maxRecords || bytes > maxBytes || windows > maxWindows) return true;
    }
    return false;
  }
}

function turnOf(customer: CustomerRecords): Turn {
  const records = customer.queue[Symbol.iterator]();
  return { customer, records, next: nextOf(records), windows: new Set() };
}

function nextOf(records: Iterator<WaitingRecord>): WaitingRecord | undefined {
  const next = records.next();
  return next.done === true ? undefined : next.value;
}
