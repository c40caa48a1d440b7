import { encodeCustomerIndex } from '../../domain/customer-index-format.ts';
import { areSameDays, type CustomerDay, type CustomerIndex } from '../../domain/customer-index.ts';
import { customerIndexKeyOfSegment, tombstoneKeyOfSegment, windowKeyOfSegment } from '../../domain/keys.ts';
import { noHorizon } from '../../domain/retention.ts';
import { hadForgottenAll, type Tombstone } from '../../domain/tombstone.ts';
import type { WindowStart } from '../../domain/window.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../expire/retention.ts';
import { readTombstoneAt } from '../forget/read-tombstone.ts';
import { readCustomerDay } from './read-customer-day.ts';
import { readCustomerDays } from './read-customer-days.ts';
import { readCustomerIndex, type StoredIndex } from './read-customer-index.ts';

export interface IndexPorts {
  readonly store: Pick<ObjectStore, 'get' | 'list' | 'put' | 'delete'>;
  /** Without it no day expires. */
  readonly retention?: Retention | undefined;
}

/** An update whose days are still to be read. */
export interface BegunIndexUpdate {
  readonly tombstone: Tombstone | undefined;
  readonly stored: StoredIndex;
}

/** Days of a customer, read after the update was begun; `undefined` is a day without windows. */
export interface ChangedDays {
  readonly begun: BegunIndexUpdate;
  readonly days: ReadonlyMap<WindowStart, CustomerDay | undefined>;
}

/** `absent`: the customer has no windows, and so no entry. */
export type IndexedOutcome = 'created' | 'updated' | 'unchanged' | 'absent';

/** Reads what is stored of an entry. Call it before you read the days for `updateCustomerIndex`. */
export async function beginIndexUpdate(
  segment: string,
  store: Pick<ObjectStore, 'get'>,
): Promise<BegunIndexUpdate> {
  const tombstone = await readTombstoneAt(tombstoneKeyOfSegment(segment), store);
  return { tombstone, stored: await readCustomerIndex(customerIndexKeyOfSegment(segment), store) };
}

/**
 * Makes a customer's entry of the index say what its windows say, by the customer's segment in keys. The entry is read
 * before the windows, and replaced only if nobody else has since: so of two who do it at once, the one that has seen
 * less cannot be the last. A lost race begins again. Days are replaced, never added to, and expired ones left out. An
 * entry that is absent or damaged is made of all windows.
 *
 * Like `recomputeWindow`, it looks at the tombstone after it has written: forgetting removes windows first and looks at
 * the entry last, so one of the two sees what the other did. Where the customer was forgotten, an entry is written anew
 * even if its days are equal: somebody who saw no day of it may be about to remove it as it was. For the same reason
 * revisions begin with the time of the days: a new entry is never equal to one that was removed.
 * @param changed  `'all'` makes the whole entry again; an empty set of days only drops the expired ones
 * @throws NewerFormat  a newer version wrote the entry or a day
 */
export async function updateCustomerIndex(
  segment: string,
  changed: ChangedDays | 'all',
  { store, retention }: IndexPorts,
): Promise<IndexedOutcome> {
  const key = customerIndexKeyOfSegment(segment);
  const { tombstone: atFirst, ...begun } =
    changed === 'all' ? await beginIndexUpdate(segment, store) : changed.begun;
  let { stored } = begun;
  let known = changed === 'all' ? undefined : changed.days;
  let isWhole = changed === 'all';
  let written: 'created' | 'updated' | undefined;
  let isRenewed = false;

  const change = async (index: CustomerIndex, horizon: WindowStart) => {
    const days = new Map([...index.days].filter(([start]) => start >= horizon));
    for (const start of changed === 'all' ? [] : changed.days.keys()) {
      const day =
        known === undefined
          ? (await readCustomerDay(windowKeyOfSegment(segment, 'day', start), store))?.day
          : known.get(start);
      if (day === undefined || start < horizon) days.delete(start);
      else days.set(start, day);
    }
    return { customerId: index.customerId, days, updatedAt: undefined };
  };

  for (;;) {
    const horizon = retention === undefined ? noHorizon : await retention.horizon();
    const { index, etag } = stored;
    const { customerId, days, updatedAt } =
      isWhole || index === undefined
        ? await readCustomerDays(segment, horizon, store)
        : await change(index, horizon);
    try {
      if (customerId === undefined || days.size === 0) {
        if (etag !== undefined) await store.delete(key, { ifMatch: etag });
        return 'absent';
      }
      const isSame = index !== undefined && areSameDays(index.days, days);
      const needsNoWrite = written !== undefined || isRenewed || atFirst === undefined;
      if (isSame && needsNoWrite) return written ?? 'unchanged';
      const revision = (index?.revision ?? updatedAt?.getTime() ?? 0) + 1;
      const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag };
      await store.put(key, encodeCustomerIndex({ customerId, revision, days }), condition);
      if (isSame) isRenewed = true;
      else written ??= etag === undefined ? 'created' : 'updated';
      const tombstone = await readTombstoneAt(tombstoneKeyOfSegment(segment), store);
      if (tombstone === undefined || hadForgottenAll(atFirst, tombstone)) return written ?? 'unchanged';
      isWhole = true; // what was read may have been removed since
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
    known = undefined; // read before the entry that is read now
    stored = await readCustomerIndex(key, store);
  }
}
