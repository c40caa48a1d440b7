import pMap from 'p-map';
import { decodeAlertEvent } from '../../domain/alerts/alert-event-format.ts';
import { decodeCustomerAlerts } from '../../domain/alerts/customer-alerts.ts';
import { alertEventPrefix, alertStateKey, type ObjectKey } from '../../domain/keys.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { removeObject, type Removal } from './remove-object.ts';

const objectsInFlight = 16;

/** Removes all alerts of a customer that were decided before a tombstone. */
export async function forgetAlerts(
  tombstone: Tombstone,
  store: Pick<ObjectStore, 'get' | 'list' | 'delete'>,
): Promise<void> {
  await forgetAlertState(tombstone, store);
  const keys = store.list(alertEventPrefix(tombstone.customerId));
  await pMap(keys, (key) => forgetAlertEvent(key, tombstone, store), { concurrency: objectsInFlight });
}

/** Removes what is remembered of a customer's alerts, if it is from before a tombstone. */
export function forgetAlertState(
  tombstone: Tombstone,
  store: Pick<ObjectStore, 'get' | 'delete'>,
): Promise<Removal> {
  return removeOld(
    alertStateKey(tombstone.customerId),
    store,
    tombstone,
    (body) => decodeCustomerAlerts(body).asOf,
  );
}

/** Removes an event that was decided before a tombstone. */
export function forgetAlertEvent(
  key: ObjectKey,
  tombstone: Tombstone,
  store: Pick<ObjectStore, 'get' | 'delete'>,
): Promise<Removal> {
  return removeOld(key, store, tombstone, (body) => decodeAlertEvent(body).decidedAt);
}

function removeOld(
  key: ObjectKey,
  store: Pick<ObjectStore, 'get' | 'delete'>,
  tombstone: Tombstone,
  decidedAt: (body: Buffer) => Date,
): Promise<Removal> {
  // An event is small, but what is remembered of a customer may be longer than the beginning that is read of others.
  const whole = { get: (wanted: ObjectKey) => store.get(wanted), delete: store.delete.bind(store) };
  return removeObject(key, whole, (body) => (isForgotten(decidedAt(body), tombstone) ? 'remove' : 'keep'));
}
