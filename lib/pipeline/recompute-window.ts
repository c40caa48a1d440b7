import type { FoldingLimits } from '../domain/folding.ts';
import { windowStartOfKey, type ObjectKey } from '../domain/keys.ts';
import { decodeWholeRolledUp, encodeRolledUp } from '../domain/roll-up-format.ts';
import { rollUp, type RolledUpWindow } from '../domain/roll-up.ts';
import { foldSum } from '../domain/window-sum.ts';
import type { RolledUpSize } from '../domain/window.ts';
import { PreconditionFailed } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Retention } from './retention.ts';
import { sumOfParts } from './sum-of-parts.ts';

export interface RecomputePorts {
  readonly store: Pick<ObjectStore, 'get' | 'list' | 'put'>;
  readonly clock: Clock;
  /** Without it no window expires. */
  readonly retention?: Retention;
}

/** What came of it. */
export type Recomputed =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly window: RolledUpWindow }
  /** It has no parts, and so nothing to be the sum of. */
  | { readonly kind: 'absent' }
  /** It has expired, and some of its parts may be deleted. */
  | { readonly kind: 'expired' };

/**
 * Makes an hour the sum of its minutes, or a day that of its hours. The window is read before its parts, and written only
 * if nobody else has since: so of two who do it at once, the one that has seen less cannot be the last. A lost race
 * begins again by reading the window.
 * @throws UnreadableFormat  the window or a part of it is damaged, and is left as it is
 */
export async function recomputeWindow(
  key: ObjectKey,
  size: RolledUpSize,
  { store, clock, retention }: RecomputePorts,
  limits: FoldingLimits,
): Promise<Recomputed> {
  for (;;) {
    if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) {
      return { kind: 'expired' };
    }
    const object = await store.get(key);
    const current = object && decodeWholeRolledUp(object.body);
    const parts = await sumOfParts(key, size, store);
    if (parts === undefined) return { kind: 'absent' };
    const next = rollUp(current, parts.window, foldSum(parts.sum, limits), clock.now());
    if (next === current) return { kind: 'unchanged', window: next };
    try {
      await store.put(key, encodeRolledUp(next), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
      return { kind: object ? 'updated' : 'created', window: next };
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}
