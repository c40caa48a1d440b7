import { decodeObject } from '../../domain/decode-object.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { decodeRetention, encodeRetention } from '../../domain/retention-format.ts';
import { horizonOf, nextRetention, type RetentionState } from '../../domain/retention.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

export interface MovedHorizon {
  readonly state: RetentionState;
  readonly hasChanged: boolean;
}

/**
 * Stores how far data has expired, if that has changed. If several callers do so at once, one of them succeeds.
 * @param days  how long data is kept; `undefined` where it is kept forever
 */
export async function moveHorizon(
  key: ObjectKey,
  days: number | undefined,
  { store, clock }: { readonly store: Pick<ObjectStore, 'get' | 'put'>; readonly clock: Clock },
): Promise<MovedHorizon> {
  for (;;) {
    const object = await store.get(key);
    const state: RetentionState = object
      ? decodeObject(key, object.body, decodeRetention)
      : { current: undefined, settled: undefined, announced: undefined };
    const now = clock.now();
    const next = nextRetention(state, days === undefined ? undefined : horizonOf(now, days), now);
    if (next === state) return { state, hasChanged: false };
    try {
      await store.put(key, encodeRetention(next), object ? { ifMatch: object.etag } : { ifNoneMatch: '*' });
      return { state: next, hasChanged: true };
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}
