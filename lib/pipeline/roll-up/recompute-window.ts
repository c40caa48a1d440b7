import { decodeObject } from '../../domain/decode-object.ts';
import type { FoldingLimits } from '../../domain/folding.ts';
import { encodeHoursOfDay, hasHours } from '../../domain/hours-of-day.ts';
import { tombstoneKeyOfWindow, windowStartOfKey, type ObjectKey } from '../../domain/keys.ts';
import { decodeWholeRolledUp, encodeRolledUp } from '../../domain/roll-up-format.ts';
import { renewed, rollUp, type RolledUpWindow } from '../../domain/roll-up.ts';
import { hadForgottenAll } from '../../domain/tombstone.ts';
import { foldSum } from '../../domain/window-sum.ts';
import type { RolledUpSize } from '../../domain/window.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../expire/retention.ts';
import { forgetMinute } from '../forget/forget-minute.ts';
import { readTombstoneAt } from '../forget/read-tombstone.ts';
import { sumOfParts, type PartEnds } from './sum-of-parts.ts';

export interface RecomputePorts {
  readonly store: Pick<ObjectStore, 'get' | 'list' | 'put' | 'delete'>;
  readonly clock: Clock;
  /** Without it no window expires. */
  readonly retention?: Retention;
}

/** Result of recomputing a window. */
export type Recomputed =
  | {
      readonly kind: 'created' | 'updated' | 'unchanged';
      readonly window: RolledUpWindow;
      /** The first and the last of its parts. */
      readonly ends: PartEnds;
    }
  /** It has no parts, and so nothing to be the sum of. Where its customer was forgotten, it is removed. */
  | { readonly kind: 'absent' }
  /** It has expired, and some of its parts may be deleted. */
  | { readonly kind: 'expired' };

const noHours = Buffer.alloc(0);

/**
 * Makes an hour the sum of its minutes, or a day that of its hours. The window is read before its parts, and written only
 * if nobody else has since: so of two who do it at once, the one that has seen less cannot be the last. A lost race
 * begins again by reading the window.
 *
 * What is written is recomputed once more where the customer is being forgotten: the parts that it is the sum of may have
 * been removed since they were read. Forgetting writes the tombstone first, removes parts next, and looks at their sums
 * last, so that one of the two sees what the other did. A minute from before the tombstone is no part, and is removed: a
 * slow `aggregate` may have written it after all was removed, and may have died since. Where the customer was forgotten, a window is
 * written anew even if its counts are equal: somebody who saw no part of it may be about to remove it as it was.
 * @throws UnreadableFormat  the window or a part of it is damaged, and is left as it is
 */
export async function recomputeWindow(
  key: ObjectKey,
  size: RolledUpSize,
  { store, clock, retention }: RecomputePorts,
  limits: FoldingLimits,
): Promise<Recomputed> {
  const readIts = () => readTombstoneAt(tombstoneKeyOfWindow(key), store);
  const tombstoneAtFirst = await readIts();
  let tombstone = tombstoneAtFirst;
  let written: 'created' | 'updated' | undefined;
  let isRenewed = false;
  for (;;) {
    if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) {
      return { kind: 'expired' };
    }
    const object = await store.get(key);
    const current = object && decodeObject(key, object.body, decodeWholeRolledUp);
    const parts = await sumOfParts(key, size, store, tombstone, (minute, forgetting) =>
      forgetMinute(minute, forgetting, store),
    );
    try {
      if (parts === undefined) {
        if (object !== undefined) {
          tombstone = await readIts();
          if (tombstone !== undefined) await store.delete(key, { ifMatch: object.etag });
        }
        return { kind: 'absent' };
      }
      const now = clock.now();
      const next = rollUp(current, parts.window, foldSum(parts.sum, limits), now);
      const hours = size === 'day' ? encodeHoursOfDay(parts.hours) : noHours;
      const isSame = next === current;
      const hasItsHours = object === undefined || hasHours(object.body, hours);
      const needsNoWrite = written !== undefined || isRenewed || tombstone === undefined;
      if (isSame && hasItsHours && needsNoWrite) {
        return { kind: written ?? 'unchanged', window: next, ends: parts.ends };
      }
      const window = encodeRolledUp(isSame ? renewed(next, now) : next);
      const body = Buffer.concat([window, hours]);
      await store.put(key, body, object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
      if (isSame) isRenewed = true;
      else written ??= object ? 'updated' : 'created';
      tombstone = await readIts();
      if (tombstone === undefined || hadForgottenAll(tombstoneAtFirst, tombstone)) {
        return { kind: written ?? 'unchanged', window: next, ends: parts.ends };
      }
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}
