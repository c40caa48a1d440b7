import pMap from 'p-map';
import type { DimensionField } from '../../domain/dimensions.ts';
import { decodeHoursOfDay } from '../../domain/hours-of-day.ts';
import { windowKey } from '../../domain/keys.ts';
import { decodeServedWindow } from '../../domain/served-window.ts';
import type { WindowStart } from '../../domain/window.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { DayReader } from '../../ports/window-reader.ts';
import { readWindowStart } from '../roll-up/read-window-counts.ts';

const noFields: ReadonlySet<DimensionField> = new Set();

/** Creates the reader of days and hours in the object store. */
export function createDayReader(store: Pick<ObjectStore, 'get'>): DayReader {
  return {
    days: ({ customerId, starts, fields }, atOnce) =>
      readAll(starts, atOnce, async (start) => {
        const key = windowKey(customerId, 'day', start);
        const object = await store.get(key);
        if (object === undefined) return undefined;
        const hours = decodeHoursOfDay(object.body, customerId, noFields);
        const day = decodeServedWindow(object.body, 'day', fields);
        return day && hours && { day, hours };
      }),
    hours: ({ customerId, starts, fields }, atOnce) => {
      const decode = (start: Buffer) => decodeServedWindow(start, 'hour', fields);
      return readAll(starts, atOnce, (start) =>
        readWindowStart(windowKey(customerId, 'hour', start), decode, store),
      );
    },
  };
}

async function readAll<Read>(
  starts: readonly WindowStart[],
  atOnce: number,
  read: (start: WindowStart) => Promise<Read | undefined>,
): Promise<ReadonlyMap<WindowStart, Read>> {
  const found = new Map<WindowStart, Read>();
  await pMap(
    starts,
    async (start) => {
      const window = await read(start);
      if (window !== undefined) found.set(start, window);
    },
    { concurrency: atOnce },
  );
  return found;
}
