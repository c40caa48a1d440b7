import { NewerFormat, PreconditionFailed, UnreadableFormat } from '../../errors.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import type { ObjectStore, StoredObject } from '../../ports/object-store.ts';

/** Verdict about an object from its beginning: `more` if the beginning does not suffice. */
export type Judgement = 'remove' | 'keep' | 'more';

/** Result of a removal; a newer version wrote what is `unknown`, so nothing here can judge it. */
export type Removal = 'removed' | 'kept' | 'absent' | 'unknown';

/** Holds the header of most batches and the counts of most windows. */
const usualBytes = 16 * 1_024;

/**
 * Removes an object if the verdict says so, and only as it was judged: if somebody else writes it meanwhile, it is judged
 * again. A damaged object is removed, because nobody can tell what it contains.
 */
export async function removeObject(
  key: ObjectKey,
  store: Pick<ObjectStore, 'get' | 'delete'>,
  judge: (start: Buffer) => Judgement,
): Promise<Removal> {
  let isWhole = false;
  for (;;) {
    const object = await store.get(key, isWhole ? {} : { firstBytes: usualBytes });
    if (object === undefined) return 'absent';
    const judgement = judgementOf(object, judge);
    if (judgement === 'more') {
      isWhole = true;
      continue;
    }
    if (judgement !== 'remove') return judgement === 'keep' ? 'kept' : 'unknown';
    try {
      await store.delete(key, { ifMatch: object.etag });
      return 'removed';
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
  }
}

function judgementOf(
  { body, size }: StoredObject,
  judge: (start: Buffer) => Judgement,
): Judgement | 'unknown' {
  try {
    const judgement = judge(body);
    return judgement === 'more' && body.length === size ? 'remove' : judgement;
  } catch (error) {
    if (error instanceof NewerFormat) return 'unknown';
    if (error instanceof UnreadableFormat) return 'remove';
    throw error;
  }
}
