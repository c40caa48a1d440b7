import {
  decodeCustomerAlerts,
  encodeCustomerAlerts,
  type CustomerAlerts,
} from '../../domain/alerts/customer-alerts.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { alertStateKey } from '../../domain/keys.ts';
import { isForgotten, type Tombstone } from '../../domain/tombstone.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { forgetAlerts } from '../forget/forget-alerts.ts';
import { readTombstone } from '../forget/read-tombstone.ts';

/** A customer's alerts as they are stored; `alerts` is `undefined` if nothing, or nothing that is not forgotten, is there. */
export interface StoredAlerts {
  readonly alerts: CustomerAlerts | undefined;
  readonly etag: string | undefined;
  readonly tombstone: Tombstone | undefined;
}

/**
 * Reads a customer's alerts.
 * @throws UnreadableFormat  they are damaged, or a newer version wrote them
 */
export async function readStoredAlerts(
  customerId: CustomerId,
  store: Pick<ObjectStore, 'get'>,
): Promise<StoredAlerts> {
  const object = await store.get(alertStateKey(customerId));
  const alerts = object && decodeCustomerAlerts(object.body);
  const tombstone = await readTombstone(customerId, store);
  const isGone = alerts !== undefined && isForgotten(alerts.asOf, tombstone);
  return { alerts: isGone ? undefined : alerts, etag: object?.etag, tombstone };
}

/**
 * Replaces a customer's alerts.
 * @throws PreconditionFailed  another process has replaced or removed them
 */
export async function writeStoredAlerts(
  alerts: CustomerAlerts,
  etag: string | undefined,
  store: Pick<ObjectStore, 'put'>,
): Promise<string> {
  const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag };
  const written = await store.put(alertStateKey(alerts.customerId), encodeCustomerAlerts(alerts), condition);
  return written.etag;
}

/**
 * Removes what was written for a customer that was forgotten meanwhile, and returns whether that was so. Whoever writes
 * alerts asks afterwards, because the forgetting may have passed before the write.
 */
export async function removeIfForgotten(
  { customerId, asOf }: Pick<CustomerAlerts, 'customerId' | 'asOf'>,
  store: Pick<ObjectStore, 'get' | 'list' | 'delete'>,
): Promise<boolean> {
  const tombstone = await readTombstone(customerId, store);
  if (tombstone === undefined || !isForgotten(asOf, tombstone)) return false;
  await forgetAlerts(tombstone, store);
  return true;
}
