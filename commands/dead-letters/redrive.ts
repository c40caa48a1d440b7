import { decodeAnnouncement } from '../../lib/domain/announcement.ts';
import { decodeFailedRecord, rollUpStream, type FailedRecord } from '../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import type { EventStream } from '../../lib/ports/event-stream.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { idOf, type DeadLetter, type DeadMessage } from './dead-letter.ts';
import { decodeRecords } from './decode-records.ts';
import type { DeadLetterPlaces } from './find-dead-letters.ts';
import type { FindLetters } from './newest-letters.ts';

/** The places that dead letters can be in, to redrive them. */
export interface RedrivePlaces extends DeadLetterPlaces {
  readonly store: Pick<ObjectStore, 'get' | 'list' | 'delete'>;
  /** @throws RangeError  the stream does not exist */
  readonly stream: (name: string) => Pick<EventStream, 'put'>;
  /** Notifies `roll-up` of a minute, as a write of it does. */
  readonly notifyRollUp: (minute: ObjectKey) => Promise<void>;
  /**
   * Moves a message back to the queue that it came from; returns false if the message no longer exists.
   * @throws RangeError  that queue does not exist
   */
  readonly giveBack: (letter: DeadMessage) => Promise<boolean>;
  /** @throws NewerFormat  a newer version wrote it */
  readonly remove: (letter: DeadMessage) => Promise<void>;
  /**
   * Begins to watch the counting, before anything is put. Absent where nothing is counted meanwhile.
   * @throws Unavailable  it cannot be watched now
   */
  readonly watchCounting?: () => Promise<WaitUntilCounted>;
}

/** Records of a dead letter that were put again. */
export interface PutAgain {
  readonly records: readonly Pick<FailedRecord, 'partitionKey' | 'data'>[];
}

/** Outcome for the records of a dead letter that were put again. */
export type Fate =
  | { readonly kind: 'counted' }
  /** At least one of them failed once more, and all that did are kept at these places. */
  | { readonly kind: 'kept again'; readonly places: readonly ObjectKey[] }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * Waits until the outcome for all records is known, or for about a minute.
 * @returns the fate of each dead letter, in the order of the argument
 * @throws Unavailable  it cannot be found out now
 */
export type WaitUntilCounted = (put: readonly PutAgain[]) => Promise<readonly Fate[]>;

/** The outcome of a redrive; `reason` says why a dead letter was left as it is. */
export type Redriven =
  | {
      readonly isRedriven: true;
      readonly to: string;
      /** Present where the dead letter was not removed: what was put, and a function that removes it once that is counted. */
      readonly put?: PutAgain & { readonly remove: () => Promise<void> };
    }
  | { readonly isRedriven: false; readonly reason: string };

/**
 * Sends a dead letter back to where it came from. It puts the record, then deletes the object, then removes the message: if
 * it is killed in between, the record is redriven twice and counted once. As long as the object is there, answers are not
 * complete; so where counting goes on meanwhile, the caller removes the object when the record is counted (see `redriveAll`).
 *
 * A record that has failed again is put from the newest of its dead letters alone. Older ones that have nothing else are removed:
 * otherwise each redrive of all of them would leave more.
 */
export async function redrive(
  letter: DeadLetter,
  places: RedrivePlaces,
  lettersOf: FindLetters,
): Promise<Redriven> {
  try {
    switch (letter.kind) {
      case 'failed-record':
        return await redriveRecord(letter, places, lettersOf);
      case 'failed-invocation':
        return await putAgain(letter, places, lettersOf);
      case 'stale-message':
        await removeMessages(letter.messages, places);
        return { isRedriven: true, to: 'nowhere: the record is gone, and its message was removed' };
      case 'test-message':
        await places.remove(letter);
        return { isRedriven: true, to: 'nowhere: it was a test of S3, and was removed' };
      case 'dead-message': {
        const isMoved = await places.giveBack(letter);
        if (!isMoved) return { isRedriven: false, reason: 'it no longer exists' };
        return { isRedriven: true, to: letter.message.sourceQueue ?? '' };
      }
    }
  } catch (error) {
    // The service no longer has the stream or queue, the record is damaged, or a disk or a service of AWS failed.
    const isLeftAsItIs =
      error instanceof RangeError || error instanceof UnreadableFormat || error instanceof Unavailable;
    if (isLeftAsItIs) return { isRedriven: false, reason: reasonOf(error) };
    throw error;
  }
}

/**
 * Puts a failed record again. One of `roll-up` stays: it is about a window, and `roll-up` removes it once it has recomputed
 * that window. Until then the customer's answers are not complete.
 */
async function redriveRecord(
  letter: DeadLetter & { readonly kind: 'failed-record' },
  places: RedrivePlaces,
  lettersOf: FindLetters,
): Promise<Redriven> {
  if (!letter.key.startsWith(`failed/${rollUpStream}/`)) {
    return putAgain(letter, places, lettersOf);
  }
  const object = await places.store.get(letter.key);
  if (object === undefined) return { isRedriven: false, reason: 'it no longer exists' };
  await places.notifyRollUp(decodeAnnouncement(decodeFailedRecord(object.body).data));
  await removeMessages(letter.messages, places);
  return { isRedriven: true, to: 'roll-up, which removes it once it can recompute the window' };
}

async function putAgain(
  { key, messages }: { readonly key: ObjectKey; readonly messages: readonly DeadMessage[] },
  places: RedrivePlaces,
  lettersOf: FindLetters,
): Promise<Redriven> {
  const object = await places.store.get(key);
  if (object === undefined) return { isRedriven: false, reason: 'it no longer exists' };
  const { stream, records: all } = decodeRecords(key, object.body);
  const remove = async () => {
    await places.store.delete(key);
    await removeMessages(messages, places);
  };
  const known = all.map((record) => ({ record, letters: lettersOf(stream, record) }));
  const records = known.flatMap(({ record, letters }) =>
    letters === undefined || letters.newest === key ? [record] : [],
  );
  if (records.length === 0) {
    await remove();
    const times = Math.max(...known.map(({ letters }) => letters?.times ?? 1));
    const ids = [...new Set(known.flatMap(({ letters }) => (letters ? [idOf(letters.newest)] : [])))].join(
      ', ',
    );
    const to = `nowhere: it failed again, ${times} times in all, and is kept as ${ids}; this older one was removed`;
    return { isRedriven: true, to };
  }
  await places.stream(stream).put(records.map(({ partitionKey, data }) => ({ partitionKey, data })));
  if (places.watchCounting !== undefined) {
    return { isRedriven: true, to: stream, put: { records, remove } };
  }
  await remove();
  return { isRedriven: true, to: stream };
}

async function removeMessages(messages: readonly DeadMessage[], { remove }: RedrivePlaces): Promise<void> {
  for (const message of messages) await remove(message);
}
