import pMap, { pMapSkip } from 'p-map';
import type { FoldingLimits } from '../domain/folding.ts';
import { partsPrefix, windowKey, type ObjectKey } from '../domain/keys.ts';
import { decodeRolledUp, encodeRolledUp } from '../domain/roll-up-format.ts';
import { rollUp, type RolledUpWindow, type WindowName } from '../domain/roll-up.ts';
import { addToSum, emptySum, foldSum, type WindowSum } from '../domain/window-sum.ts';
import { enclosingWindowStart, partSizeOf, type RolledUpSize } from '../domain/window.ts';
import { PreconditionFailed, UnreadableFormat } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readWindowCounts } from './read-window-counts.ts';

export interface RecomputePorts {
  readonly store: Pick<ObjectStore, 'get' | 'list' | 'put'>;
  readonly clock: Clock;
}

export type WindowReader = Pick<ObjectStore, 'get' | 'list'>;

/** What came of it; `absent` where the window has no parts, and so nothing to be the sum of. */
export type WindowChange = 'created' | 'updated' | 'unchanged' | 'absent';

const partsInFlight = 8;

/**
 * Makes an hour the sum of its minutes, or a day that of its hours. The window is read before its parts, and written only
 * if nobody else has since: so what is written has all that was there when the one before it was written, and of two who
 * do it at once, the one that saw less cannot win. A lost race begins again by reading the window.
 * @throws UnreadableFormat  the window or a part of it is damaged, and is left as it is
 */
export async function recomputeWindow(
  key: ObjectKey,
  size: RolledUpSize,
  { store, clock }: RecomputePorts,
  limits: FoldingLimits,
): Promise<WindowChange> {
  for (;;) {
    const object = await store.get(key);
    const current = object && decodeWhole(object.body);
    const parts = await sumOfParts(key, size, store);
    if (parts === undefined) return 'absent';
    const next = rollUp(current, parts.window, foldSum(parts.sum, limits), clock.now());
    if (next === undefined) return 'unchanged';
    try {
      await store.put(key, encodeRolledUp(next), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
      return object ? 'updated' : 'created';
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}

function decodeWhole(body: Buffer): RolledUpWindow {
  const window = decodeRolledUp(body);
  if (window === undefined) throw new UnreadableFormat('A window is damaged: it ends too early.');
  return window;
}

/**
 * Which window it is, and what its parts add up to; `undefined` where it has none. Of the parts no more than a few are
 * in memory at a time, and the sum of all of their keys.
 * @throws UnreadableFormat  a part is damaged, or at the place of another one
 */
async function sumOfParts(
  key: ObjectKey,
  size: RolledUpSize,
  store: WindowReader,
): Promise<{ readonly window: WindowName; readonly sum: WindowSum } | undefined> {
  const partSize = partSizeOf[size];
  const sum = emptySum();
  let window: WindowName | undefined;
  await pMap(
    store.list(partsPrefix(key, size)),
    async (partKey) => {
      const part = await readWindowCounts(partKey, partSize, store);
      const { customerId, windowStart } = part;
      // The customer and the time are those of this window as well, then: they are in the same places of both keys.
      if (windowKey(customerId, partSize, windowStart) !== partKey) {
        throw new UnreadableFormat(`The window ${partKey} is at the place of another one.`);
      }
      window = { customerId, windowSize: size, windowStart: enclosingWindowStart(windowStart, size) };
      addToSum(sum, part);
      return pMapSkip; // else there would be a list of all results
    },
    { concurrency: partsInFlight },
  );
  return window && { window, sum };
}
