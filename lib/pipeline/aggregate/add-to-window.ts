import { decodeObject } from '../../domain/decode-object.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import type { NonEmpty } from '../../group-by.ts';
import { minuteKey, type ObjectKey } from '../../domain/keys.ts';
import { isForgotten, isFromBefore, type Tombstone } from '../../domain/tombstone.ts';
import { addPartials, type WindowAggregate } from '../../domain/window-aggregate.ts';
import { decodeWindow, encodeWindow } from '../../domain/window-format.ts';
import { CountsTooLarge, PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts';
import type { WindowNotifier } from '../../ports/window-notifier.ts';
import { readTombstone } from '../forget/read-tombstone.ts';
import type { Retention } from '../expire/retention.ts';
import type { ReceivedPartial, UncountedRecord } from './received-record.ts';

export interface AddedToWindow {
  readonly change: 'created' | 'updated' | 'unchanged' | 'expired';
  /** Records that would make a count too large to be exact; all others are counted, or forgotten. */
  readonly tooLarge: readonly UncountedRecord[];
  /** The window has nothing that was stored until then; `undefined` where that was not checked. */
  readonly forgottenBefore: Date | undefined;
}

export interface AddToWindowPorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Without it no window expires. */
  readonly retention?: Retention | undefined;
  /** Present where the store does not announce its changes by itself; `store` then uses it too. */
  readonly notifier?: Pick<WindowNotifier, 'notify'> | undefined;
}

export interface AddToWindowOptions extends FoldingLimits {
  /** The customer's tombstone, if it is known already. */
  readonly tombstone: Tombstone | undefined;
}

/**
 * Adds partials to their one window: reads it, adds what is new, and writes it if nobody else has written it since. If
 * somebody has, it starts again from the read. It looks at the customer's tombstone before it creates a window, so that
 * late data does not bring a forgotten customer back. Once the tombstone is known, it replaces a window from before the
 * tombstone by one with only the new data.
 * @throws UnreadableFormat  the window is damaged, or a newer version wrote it
 * @throws Unavailable       the store cannot do it now
 */
export async function addToWindow(
  received: NonEmpty<ReceivedPartial>,
  { store, clock, retention, notifier }: AddToWindowPorts,
  { tombstone: known, ...limits }: AddToWindowOptions,
): Promise<AddedToWindow> {
  const [{ partial }] = received;
  const key = minuteKey(partial.customerId, partial.windowStart);
  for (;;) {
    // Asked before each write, so that none can come after the deletion.
    if (retention !== undefined && partial.windowStart < (await retention.horizon())) {
      return { change: 'expired', tooLarge: [], forgottenBefore: undefined };
    }
    const object = await store.get(key);
    const current = object && decodeObject(key, object.body, decodeWindow);
    const tombstone = known ?? (current ? undefined : await readTombstone(partial.customerId, store));
    const kept = current && isFromBefore(current, tombstone) ? undefined : current;
    const forgottenBefore = kept?.forgottenBefore ?? tombstone?.before;
    const forgotten = forgottenBefore && { before: forgottenBefore };
    const alive = received.filter(({ partial }) => !isForgotten(partial.storedAt, forgotten));
    const { next, tooLarge } = addPossible(kept, alive, clock.now(), limits);
    const replacement = next ?? kept;
    if (object !== undefined && replacement === current) {
      // Whoever wrote it may have died, or may be about to die, before the notification.
      await notifier?.notify([key]);
      return { change: 'unchanged', tooLarge, forgottenBefore };
    }
    const written = replacement && { ...replacement, forgottenBefore };
    if (await replace(key, object, written, store)) {
      const change = written === undefined ? 'unchanged' : object === undefined ? 'created' : 'updated';
      return { change, tooLarge, forgottenBefore };
    }
  }
}

/** @returns false where somebody else wrote the window since it was read: what is there now has to be read */
async function replace(
  key: ObjectKey,
  object: StoredObject | undefined,
  window: WindowAggregate | undefined,
  store: ObjectStore,
): Promise<boolean> {
  try {
    if (window !== undefined) {
      await store.put(key, encodeWindow(window), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
    } else if (object !== undefined) {
      await store.delete(key, { ifMatch: object.etag });
    }
    return true;
  } catch (error) {
    if (error instanceof PreconditionFailed) return false;
    throw error;
  }
}

interface Added {
  /** `undefined` where nothing is added. */
  readonly next: WindowAggregate | undefined;
  readonly tooLarge: readonly UncountedRecord[];
}

/** A count that is nearly too large has been forged; then each partial is tried by itself, so that those that fit count. */
function addPossible(
  current: WindowAggregate | undefined,
  received: readonly ReceivedPartial[],
  now: Date,
  limits: FoldingLimits,
): Added {
  const [first, ...others] = received;
  if (first === undefined) return { next: undefined, tooLarge: [] };
  try {
    const partials = [first.partial, ...others.map(({ partial }) => partial)] as const;
    return { next: addPartials(current, partials, now, limits), tooLarge: [] };
  } catch (error) {
    if (!(error instanceof CountsTooLarge)) throw error;
  }
  let next = current;
  const tooLarge: UncountedRecord[] = [];
  for (const { record, partial } of received) {
    try {
      next = addPartials(next, [partial], now, limits) ?? next;
    } catch (error) {
      if (!(error instanceof CountsTooLarge)) throw error;
      tooLarge.push({ record, error });
    }
  }
  if (next === undefined || next === current) return { next: undefined, tooLarge };
  return { next: { ...next, revision: (current?.revision ?? 0) + 1 }, tooLarge };
}
