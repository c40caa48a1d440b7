import { minuteKey, windowKey, segmentOfCustomer } from '../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { encodeWindow } from '../../lib/domain/window-format.ts';
import { enclosingWindowStart } from '../../lib/domain/window.ts';
import { updateCustomerIndex } from '../../lib/pipeline/customer-index/update-customer-index.ts';
import { recomputeWindow } from '../../lib/pipeline/roll-up/recompute-window.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { WindowReader } from '../../lib/ports/window-reader.ts';
import { countsWith, instant } from '../factories.ts';
import type { WindowReaderFixture, WrittenWindow } from './window-reader/fixture.ts';

export const clock = { now: () => instant('2026-01-05T00:00:00Z') };
const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_048_576 };

/** Creates the fixture of a reader of the windows in a store. */
export function windowsFixture(
  store: ObjectStore,
  reader: WindowReader,
  close: () => Promise<void>,
): WindowReaderFixture {
  const keyOf = (window: Omit<WrittenWindow, 'paths'>) =>
    windowKey(window.customerId, window.windowSize, window.windowStart);
  return {
    reader,
    async write(window) {
      await store.put(keyOf(window), bodyOf(window), { ifNoneMatch: '*' });
    },
    remove: (window) => store.delete(keyOf(window)),
    async count({ customerId, windowStart, requestsByStatus }) {
      const key = minuteKey(customerId, windowStart);
      const requests = Object.values(requestsByStatus).reduce((sum, each) => sum + each, 0) || 1;
      const paths = Array.from({ length: requests }, (_, path) => `GET /${path}`);
      const minute = { customerId, windowSize: 'minute', windowStart, paths } as const;
      await store.put(key, bodyOf(minute, requestsByStatus), { ifNoneMatch: '*' });
      await rollUp([{ messageId: '1', key }], { store, clock }, { limits, maxSeconds: 60 });
    },
    async uncount({ customerId, windowStart }) {
      await store.delete(minuteKey(customerId, windowStart));
      const ports = { store, clock };
      for (const size of ['hour', 'day'] as const) {
        const key = windowKey(customerId, size, enclosingWindowStart(windowStart, size));
        if ((await recomputeWindow(key, size, ports, limits)).kind === 'absent') await store.delete(key);
      }
      await updateCustomerIndex(segmentOfCustomer(customerId), 'all', ports);
    },
    async damage(window) {
      const object = await store.get(keyOf(window));
      if (object === undefined) throw new Error('There is no window to damage.');
      const body = Buffer.from(object.body.toString('latin1').replace('"GET /":1', '"GET /":-'), 'latin1');
      await store.put(keyOf(window), body, { ifMatch: object.etag });
    },
    close,
  };
}

function bodyOf(
  { customerId, windowSize, windowStart, paths, counted }: WrittenWindow,
  requestsByStatus: Readonly<Record<number, number>> = {},
): Buffer {
  const requestsByPath = counted?.counts.requestsByPath ?? new Map(paths.map((path) => [path, 1]));
  const requests = [...requestsByPath.values()].reduce((sum, each) => sum + each, 0);
  const window = {
    customerId,
    windowStart,
    requests,
    revision: 1,
    lateRequests: 0,
    updatedAt: instant('2025-12-31T00:00:00Z'),
    counts: countsWith({
      requestsByPath,
      requestsByUserAgent: new Map([['curl', requests]]),
      requestsByStatus: new Map(Object.entries(requestsByStatus)),
    }),
    ...counted,
  };
  return windowSize === 'minute'
    ? encodeWindow({ ...window, batches: 1, partialIds: Buffer.alloc(16) })
    : encodeRolledUp({ ...window, windowSize });
}
