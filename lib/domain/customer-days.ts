import type { CustomerId } from './customer-id.ts';
import type { CustomerIndex } from './customer-index.ts';
import { saturatedSum } from './sums.ts';
import type { WindowStart } from './window.ts';

/** Total of a customer over a range of days. */
export interface DaysTotal {
  readonly customerId: CustomerId;
  readonly requests: number;
  readonly errors: number;
  /** First and last minute with requests, in minutes since 1970. */
  readonly firstMinute: number;
  readonly lastMinute: number;
}

/** The days of a customer in time order: a place in each column is one day. Minutes are counted since 1970. */
export interface DayColumns {
  readonly firstMinutes: Float64Array;
  readonly lastMinutes: Float64Array;
  readonly requests: Float64Array;
  readonly errors: Float64Array;
}

const minuteMilliseconds = 60_000;

/**
 * The days of an entry of the index in little memory, 32 bytes a day: thousands of customers with a year each are kept
 * and added up for one answer.
 */
export class CustomerDays {
  readonly customerId: CustomerId;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #requests: Float64Array;
  readonly #errors: Float64Array;

  constructor(customerId: CustomerId, { firstMinutes, lastMinutes, requests, errors }: DayColumns) {
    this.customerId = customerId;
    this.#first = firstMinutes;
    this.#last = lastMinutes;
    this.#requests = requests;
    this.#errors = errors;
  }

  static of({ customerId, days }: Pick<CustomerIndex, 'customerId' | 'days'>): CustomerDays {
    const starts = [...days.keys()].sort();
    const column = (value: (start: WindowStart) => number) => Float64Array.from(starts, value);
    return new CustomerDays(customerId, {
      firstMinutes: column((start) => minuteOf(days.get(start)?.firstWindow)),
      lastMinutes: column((start) => minuteOf(days.get(start)?.lastWindow)),
      requests: column((start) => days.get(start)?.requests ?? 0),
      errors: column((start) => days.get(start)?.errors ?? 0),
    });
  }

  /** Number of days. */
  get size(): number {
    return this.#first.length;
  }

  /**
   * Returns the total of the days in a range; `undefined` if there are none.
   * @param from  minutes since 1970 of the start of the first day
   * @param to    the same of the end of the last one
   */
  totalOf(from: number, to: number): DaysTotal | undefined {
    const begin = placeOf(from, this.#first);
    const end = placeOf(to, this.#first);
    const [first, last] = [this.#first[begin], this.#last[end - 1]];
    if (begin >= end || first === undefined || last === undefined) return undefined;
    let requests = 0;
    let errors = 0;
    for (let place = begin; place < end; place += 1) {
      requests = saturatedSum(requests, this.#requests[place] ?? 0);
      errors = saturatedSum(errors, this.#errors[place] ?? 0);
    }
    const { customerId } = this;
    return { customerId, requests, errors, firstMinute: first, lastMinute: last };
  }
}

/** Returns the place of the first value that is not below one. */
function placeOf(value: number, ascending: Float64Array): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function minuteOf(start: WindowStart | undefined): number {
  return start === undefined ? 0 : Date.parse(start) / minuteMilliseconds;
}
