import { encodeAlertEvent } from '../../domain/alerts/alert-event-format.ts';
import type { AlertEvent } from '../../domain/alerts/alert-event.ts';
import type { AlertTargetName, CustomerAlerts, UnsentEvent } from '../../domain/alerts/customer-alerts.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { alertEventKey } from '../../domain/keys.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readStoredAlerts, removeIfForgotten, writeStoredAlerts } from './stored-alerts.ts';

export interface DeliverPorts {
  readonly store: ObjectStore;
  /** Sends an event to a target, if that is possible now; returns whether the target has accepted it. */
  readonly send: (target: AlertTargetName, event: AlertEvent) => Promise<boolean>;
  /** Reports whether a target is configured. */
  readonly has: (target: AlertTargetName) => boolean;
}

/**
 * Keeps a customer's events that were decided, sends them, and then forgets that they have to be sent. Killed before the
 * end, it does so again: an event is sent at least once, and always with the same id. Events reach a target in their
 * order; behind one that it does not accept, the others wait.
 * @returns whether something still has to be sent
 */
export async function deliverEvents(
  customerId: CustomerId,
  { store, send, has }: DeliverPorts,
): Promise<boolean> {
  const { alerts, etag } = await readStoredAlerts(customerId, store);
  if (alerts === undefined || alerts.unsent.length === 0) return false;
  const blocked = new Set<AlertTargetName>();
  const done: UnsentEvent[] = [];
  for (const { event, isKept, targets } of alerts.unsent) {
    if (!isKept) await keepEvent(event, alerts, store);
    const left: AlertTargetName[] = [];
    for (const target of targets.filter(has)) {
      if (!blocked.has(target) && (await send(target, event))) continue;
      blocked.add(target);
      left.push(target);
    }
    done.push({ event, isKept: true, targets: left });
  }
  const unsent = done.filter(({ targets }) => targets.length > 0);
  if (JSON.stringify(unsent) !== JSON.stringify(alerts.unsent)) {
    await replaceUnsent(alerts, unsent, etag, store);
  }
  return unsent.length > 0;
}

/** Gives an event an object of its own. It is never changed: another one of the same key is the same event. */
async function keepEvent(event: AlertEvent, alerts: CustomerAlerts, store: ObjectStore): Promise<void> {
  const { customerId, kind, change, windowStart } = event;
  const key = alertEventKey(customerId, windowStart, `${kind}-${change}`);
  try {
    await store.put(key, encodeAlertEvent(event), { ifNoneMatch: '*' });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
  await removeIfForgotten(alerts, store);
}

async function replaceUnsent(
  alerts: CustomerAlerts,
  unsent: readonly UnsentEvent[],
  etag: string | undefined,
  store: ObjectStore,
): Promise<void> {
  try {
    await writeStoredAlerts({ ...alerts, unsent }, etag, store);
  } catch (error) {
    // Another process has judged more hours, or has sent the same events: the next delivery begins with what it wrote.
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}
