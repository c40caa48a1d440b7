import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { decodeCustomerIndex } from '../../../lib/domain/customer-index-format.ts';
import type { CustomerDay } from '../../../lib/domain/customer-index.ts';
import { customerIndexKey, customerIndexPrefix, type ObjectKey } from '../../../lib/domain/keys.ts';
import { enclosingWindowStart, windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { minuteOf } from '../../factories.ts';
import type { SentEntry } from '../sent-batch.ts';
import type { SimulatedStore } from '../simulated-store.ts';

type Days = Map<WindowStart, CustomerDay>;

/** The expected index of customers at rest, added up from the sent entries. */
export class ExpectedIndex {
  readonly #byKey = new Map<ObjectKey, Days>();

  add(customerId: CustomerId, { receivedAt, status }: SentEntry): void {
    const key = customerIndexKey(customerId);
    const days = this.#byKey.get(key) ?? new Map<WindowStart, CustomerDay>();
    this.#byKey.set(key, days);
    const minute = windowStartOf(minuteOf(receivedAt));
    const start = enclosingWindowStart(minute, 'day');
    const { requests = 0, errors = 0, firstWindow = minute, lastWindow = minute } = days.get(start) ?? {};
    days.set(start, {
      requests: requests + 1,
      errors: errors + (status >= 400 ? 1 : 0),
      firstWindow: minute < firstWindow ? minute : firstWindow,
      lastWindow: minute > lastWindow ? minute : lastWindow,
    });
  }

  /** Returns the problem with the stored index, or `undefined`. Days that have expired may or may not be in it. */
  lawBrokenBy(store: SimulatedStore, horizon: WindowStart): string | undefined {
    const stored = [...store.objects.keys()].filter((key) => key.startsWith(customerIndexPrefix));
    for (const key of new Set([...this.#byKey.keys(), ...stored])) {
      const body = store.objects.get(key)?.body;
      const is = textOf(body === undefined ? new Map() : decodeCustomerIndex(body).days, horizon);
      const should = textOf(this.#byKey.get(key) ?? new Map(), horizon);
      if (is !== should) return `${key} has ${is}, and should have ${should}`;
    }
    return undefined;
  }
}

function textOf(days: ReadonlyMap<WindowStart, CustomerDay>, horizon: WindowStart): string {
  const kept = [...days].filter(([start]) => start >= horizon);
  const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(
    sorted.map(([start, { requests, errors, firstWindow, lastWindow }]) => {
      return [start.slice(0, 10), requests, errors, firstWindow.slice(11, 16), lastWindow.slice(11, 16)];
    }),
  );
}
