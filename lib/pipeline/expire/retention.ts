import { decodeObject } from '../../domain/decode-object.ts';
import { horizonKeys } from '../../domain/keys.ts';
import { decodeRetention } from '../../domain/retention-format.ts';
import { cacheSeconds, noHorizon } from '../../domain/retention.ts';
import type { WindowStart } from '../../domain/window.ts';
import { Unavailable, UnreadableFormat } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** Reports which windows have expired: they are deleted soon, and until then nobody reads or writes them. */
export interface Retention {
  /**
   * Returns the instant before which all windows have expired. It was read at most a minute ago, and windows behind it are
   * deleted a quarter of an hour after it was stored at the earliest. So a writer that asks before it writes does not
   * create a deleted window again, and a reader that finds a window missing and asks afterwards knows whether it was
   * deleted.
   * @throws Unavailable  it cannot be read now, or a newer version of this program wrote it
   */
  horizon(): Promise<WindowStart>;
}

/** Creates a reader of the horizon, which asks the store at most once a minute. */
export function createRetention(store: Pick<ObjectStore, 'get'>, clock: Clock): Retention {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<WindowStart> = Promise.resolve(noHorizon);
  return {
    horizon() {
      const now = clock.now().getTime();
      // A clock that was set back must not keep the horizon for longer.
      if (now - readAt >= cacheSeconds * 1_000 || now < readAt) {
        readAt = now;
        reading = readHorizon(store);
        reading.catch(() => {
          readAt = Number.NEGATIVE_INFINITY; // a failure is not kept
        });
      }
      return reading;
    },
  };
}

async function readHorizon(store: Pick<ObjectStore, 'get'>): Promise<WindowStart> {
  const object = await store.get(horizonKeys.windows);
  if (object === undefined) return noHorizon;
  try {
    return decodeObject(horizonKeys.windows, object.body, decodeRetention).current?.horizon ?? noHorizon;
  } catch (cause) {
    // This is not damage of what the caller reads, such as a window: nothing is known, and the next attempt may succeed.
    if (cause instanceof UnreadableFormat) throw new Unavailable(cause.message, { cause });
    throw cause;
  }
}
