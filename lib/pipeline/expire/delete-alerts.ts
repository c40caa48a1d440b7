import pMap from 'p-map';
import { decodeCustomerAlerts } from '../../domain/alerts/customer-alerts.ts';
import { alertEventsPrefix, alertStatesPrefix, hourOfAlertEvent, type ObjectKey } from '../../domain/keys.ts';
import type { WindowStart } from '../../domain/window.ts';
import { PreconditionFailed, UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { phaseInGroups } from './phase-in-groups.ts';
import type { SweepPhase, SweepPorts } from './sweep.ts';

/**
 * The deletion of expired alerts, which are about hours that have expired: events, and what is remembered of customers none
 * of whose hours was judged since.
 */
export function alertPhases({ store }: SweepPorts, atOnce: number): SweepPhase[] {
  const phase = (prefix: string, expire: (key: ObjectKey, horizon: WindowStart) => Promise<void>) =>
    phaseInGroups(prefix, store, async (keys, horizon) => {
      await pMap(keys, (key) => expire(key, horizon), { concurrency: atOnce });
    });
  return [
    phase(alertEventsPrefix, async (key, horizon) => {
      if (hourOfAlertEvent(key) < horizon) await store.delete(key);
    }),
    phase(alertStatesPrefix, (key, horizon) => deleteState(key, horizon, store)),
  ];
}

async function deleteState(
  key: ObjectKey,
  horizon: WindowStart,
  store: Pick<ObjectStore, 'get' | 'delete'>,
): Promise<void> {
  const object = await store.get(key);
  if (object === undefined) return;
  try {
    if (decodeCustomerAlerts(object.body).judgedThrough > horizon) return;
    await store.delete(key, { ifMatch: object.etag });
  } catch (error) {
    // A newer version may understand it, and one that is damaged is reported where it is needed.
    if (error instanceof UnreadableFormat) return;
    if (!(error instanceof PreconditionFailed)) throw error; // its hours are judged again
  }
}
