import pMap from 'p-map';
import { decodeAlertEvent } from '../../domain/alerts/alert-event-format.ts';
import type { AlertEvent } from '../../domain/alerts/alert-event.ts';
import type { AlertKind } from '../../domain/alerts/alert-kinds.ts';
import { openAlerts, type OpenAlert } from '../../domain/alerts/alert-state.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { alertEventPrefix, alertEventsOfHour, hourOfAlertEvent, type ObjectKey } from '../../domain/keys.ts';
import { isForgotten } from '../../domain/tombstone.ts';
import { enclosingWindowStart, type WindowStart } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readStoredAlerts } from './stored-alerts.ts';

/** Events of hours with `from ≤ hour < to`. */
export interface AlertsQuery {
  readonly customerId: CustomerId;
  readonly from: WindowStart;
  readonly to: WindowStart;
  readonly limit: number;
  /** `next` of the previous page. */
  readonly after: string | undefined;
}

export interface AlertsPage {
  /** In the order of their hours. */
  readonly events: readonly AlertEvent[];
  /** The start of the next page; `undefined` on the last one. */
  readonly next: string | undefined;
  /** Alerts that are not resolved now, whatever the range. */
  readonly open: readonly (OpenAlert & { readonly kind: AlertKind })[];
  /** Every hour before this one was judged, or passed over; `undefined` if none was. */
  readonly judgedThrough: WindowStart | undefined;
}

const objectsInFlight = 16;

/**
 * Reads a page of a customer's alerts. An event is there some moments after it was decided, at the latest before it is
 * sent anywhere.
 */
export async function readAlerts(
  { customerId, from, to, limit, after }: AlertsQuery,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<AlertsPage> {
  const { alerts, tombstone } = await readStoredAlerts(customerId, store);
  const prefix = alertEventPrefix(customerId);
  const startAfter =
    after === undefined
      ? alertEventsOfHour(customerId, enclosingWindowStart(from, 'hour'))
      : `${prefix}${after}`;
  const keys: ObjectKey[] = [];
  let hasMore = false;
  for await (const key of store.list(prefix, { startAfter })) {
    const hour = hourOfAlertEvent(key);
    if (hour < from) continue; // the hour within which the range begins
    if (hour >= to) break;
    hasMore = keys.length === limit;
    if (hasMore) break;
    keys.push(key);
  }
  const events = await pMap(
    keys,
    async (key) => {
      const object = await store.get(key);
      if (object === undefined) return [];
      const event = decodeAlertEvent(object.body);
      // One that was decided before the customer was forgotten is about to be removed.
      return isForgotten(event.decidedAt, tombstone) ? [] : [event];
    },
    { concurrency: objectsInFlight },
  );
  return {
    events: events.flat(),
    next: hasMore ? keys.at(-1)?.slice(prefix.length) : undefined,
    open: alerts === undefined ? [] : openAlerts(alerts),
    judgedThrough: alerts?.judgedThrough,
  };
}
