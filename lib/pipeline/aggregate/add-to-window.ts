import type { FoldingLimits } from '../../domain/folding.ts';
import type { NonEmpty } from '../../domain/group-by.ts';
import { minuteKey } from '../../domain/keys.ts';
import { addPartials, type WindowAggregate } from '../../domain/window-aggregate.ts';
import { decodeWindow, encodeWindow } from '../../domain/window-format.ts';
import { CountsTooLarge, PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { ReceivedPartial, UncountedRecord } from './received-record.ts';

export interface AddedToWindow {
  readonly change: 'created' | 'updated' | 'unchanged';
  /** Records that would make a count too large to be exact; all others are counted. */
  readonly tooLarge: readonly UncountedRecord[];
}

/**
 * Adds partials to their one window: reads it, adds what is new, and writes it if nobody else has since. A lost race
 * starts again from the read.
 * @throws UnreadableFormat  the window is damaged, or a newer version wrote it
 * @throws Unavailable       the store cannot do it now
 */
export async function addToWindow(
  received: NonEmpty<ReceivedPartial>,
  { store, clock }: { readonly store: ObjectStore; readonly clock: Clock },
  limits: FoldingLimits,
): Promise<AddedToWindow> {
  const [{ partial }] = received;
  const key = minuteKey(partial.customerId, partial.windowStart);
  for (;;) {
    const object = await store.get(key);
    const current = object && decodeWindow(object.body);
    const { next, tooLarge } = addPossible(current, received, clock.now(), limits);
    if (next === undefined) return { change: 'unchanged', tooLarge };
    try {
      await store.put(key, encodeWindow(next), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
      return { change: object ? 'updated' : 'created', tooLarge };
    } catch (error) {
      // Somebody else wrote this window since it was read: what is there now is read, and added to.
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}

interface Added {
  /** `undefined` where there is nothing to write. */
  readonly next: WindowAggregate | undefined;
  readonly tooLarge: readonly UncountedRecord[];
}

/** A count that is nearly too large has been forged; then each partial is tried by itself, so that those that fit count. */
function addPossible(
  current: WindowAggregate | undefined,
  received: NonEmpty<ReceivedPartial>,
  now: Date,
  limits: FoldingLimits,
): Added {
  const [first, ...others] = received;
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
