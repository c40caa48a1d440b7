import { decodeFailedInvocation } from '../../lib/domain/failed-invocation.ts';
import { decodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { NewerFormat, PreconditionFailed, Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { RedrivePlaces } from './redrive.ts';

/** The outcome of a discard; `reason` says why a dead letter was left as it is. */
export type Discarded =
  | { readonly isDiscarded: true }
  | { readonly isDiscarded: false; readonly reason: string };

/**
 * Removes a dead letter for good: first its messages, then its object. If it is killed in between, the object is still
 * listed, and discarded by the next attempt.
 */
export async function discard(letter: DeadLetter, places: RedrivePlaces): Promise<Discarded> {
  try {
    switch (letter.kind) {
      case 'failed-record':
      case 'failed-invocation': {
        const object = await places.store.get(letter.key);
        if (object === undefined) return { isDiscarded: false, reason: 'it no longer exists' };
        refuseNewer(
          object.body,
          letter.kind === 'failed-record' ? decodeFailedRecord : decodeFailedInvocation,
        );
        for (const message of letter.messages) await places.remove(message);
        // `roll-up` writes its failed records anew: one that it has written since is another one.
        await places.store.delete(letter.key, { ifMatch: object.etag });
        break;
      }
      case 'stale-message':
        for (const message of letter.messages) await places.remove(message);
        break;
      case 'test-message':
      case 'dead-message':
        await places.remove(letter);
        break;
    }
    return { isDiscarded: true };
  } catch (error) {
    const isLeftAsItIs =
      error instanceof UnreadableFormat ||
      error instanceof Unavailable ||
      error instanceof PreconditionFailed;
    if (isLeftAsItIs) return { isDiscarded: false, reason: reasonOf(error) };
    throw error;
  }
}

/** Says what is lost with a dead letter, for the person who decides. */
export function lossOf(letter: DeadLetter): string {
  switch (letter.kind) {
    case 'failed-record':
    case 'failed-invocation':
      return (
        'What it has is not counted by this. While the raw batch is kept, npm run audit -- --repair counts it; otherwise ' +
        'redrive the dead letter instead, if it can be read.'
      );
    case 'dead-message':
      return (
        'It is not tried again. A batch that it names may not be counted: npm run audit finds that out, and --repair counts ' +
        'it. Redrive the dead letter instead, if it can be read.'
      );
    case 'stale-message':
    case 'test-message':
      return 'Nothing is lost.';
  }
}

/** @throws NewerFormat  a newer version wrote it, which can read it */
function refuseNewer(body: Buffer, decode: (body: Buffer) => unknown): void {
  try {
    decode(body);
  } catch (error) {
    if (!(error instanceof UnreadableFormat) || error instanceof NewerFormat) throw error;
  }
}
