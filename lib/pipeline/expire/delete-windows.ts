import pMap from 'p-map';
import { customerSegmentOf, windowsPrefix, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { windowSizes, type WindowSize, type WindowStart } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { firstWindowBehind } from '../customer-index/customers-of-windows.ts';
import type { IndexPorts } from '../customer-index/update-customer-index.ts';
import { dropExpiredDays } from './drop-expired-days.ts';
import type { SweepPhase } from './sweep.ts';

export interface DeleteOptions {
  /** Number of objects deleted at the same time. */
  readonly atOnce: number;
  /** Called with the number of objects that were deleted, or were gone already. */
  readonly onDeleted: (size: WindowSize, count: number) => void;
}

/** Number of keys after which it checks whether its time is up. */
const keysAGroup = 256;

/**
 * The deletion of expired windows: minutes, then hours, then days. A roll-up that began before the horizon was set can
 * only write an hour or a day of which parts are missing; in this order that is deleted, too. The index of customers
 * loses expired days before they are deleted.
 */
export function windowPhases(ports: IndexPorts, options: DeleteOptions): SweepPhase[] {
  const { store } = ports;
  return windowSizes.map((size) => ({
    prefix: windowsPrefix(size),
    async run(horizon, after, isTimeUp) {
      let done = after;
      for (;;) {
        if (isTimeUp()) return { after: done };
        // One look a customer: those of the others between are not listed.
        const first = await firstWindowBehind(done, size, store);
        if (first === undefined) return undefined;
        const segment = customerSegmentOf(first);
        if (size === 'day' && windowStartOfKey(first) < horizon) await dropExpiredDays(segment, ports);
        if (!(await deleteOfCustomer(segment, size, horizon, store, options, isTimeUp))) {
          return { after: done };
        }
        done = segment;
      }
    },
  }));
}

/** @returns whether all were deleted before the time was up */
async function deleteOfCustomer(
  segment: string,
  size: WindowSize,
  horizon: WindowStart,
  store: Pick<ObjectStore, 'list' | 'delete'>,
  { atOnce, onDeleted }: DeleteOptions,
  isTimeUp: () => boolean,
): Promise<boolean> {
  let group: ObjectKey[] = [];
  const deleteGroup = async () => {
    await pMap(group, (key) => store.delete(key), { concurrency: atOnce });
    onDeleted(size, group.length);
    group = [];
  };
  for await (const key of store.list(`${windowsPrefix(size)}${segment}/`)) {
    if (windowStartOfKey(key) >= horizon) break; // in the order of time
    group.push(key);
    if (group.length < keysAGroup) continue;
    await deleteGroup();
    if (isTimeUp()) return false;
  }
  await deleteGroup();
  return true;
}
