import { decodeFailedRecord } from '../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import type { StreamRecord } from '../../lib/ports/event-stream.ts';
import type { LocalStore } from '../../local-store/open-local-store.ts';
import type { DeadLetter, DeadMessage } from './dead-letter.ts';
import { decodeGivenUpRecords } from './given-up-records.ts';

/** What became of a dead letter; `reason` where it was left as it is. */
export type Redriven =
  | { readonly isRedriven: true; readonly to: string }
  | { readonly isRedriven: false; readonly reason: string };

/**
 * Gives a dead letter back to where it was given up. A record is put before its object is removed, and its object
 * before its notice: killed in between, it is redriven twice, and counted once.
 */
export async function redrive(letter: DeadLetter, store: LocalStore): Promise<Redriven> {
  try {
    switch (letter.kind) {
      case 'failed-record':
        return await putAgain(letter, store, (body) => {
          const { stream, ...record } = decodeFailedRecord(body);
          return { stream, records: [record] };
        });
      case 'given-up-records':
        return await putAgain(letter, store, decodeGivenUpRecords);
      case 'stale-notice':
        await removeNotices(letter.notices, store);
        return { isRedriven: true, to: 'nowhere: the record is gone, and its notice was removed' };
      case 'given-up-message': {
        const { queueName, message } = letter;
        const moved = await store.queue(queueName).redrive([message]);
        if (moved === 0) return { isRedriven: false, reason: 'it is not there any more' };
        return { isRedriven: true, to: message.givenUpBy ?? '' };
      }
    }
  } catch (error) {
    // A stream or queue that this service has no more, a record that is damaged, or a disk that cannot be written.
    const isLeftAsItIs =
      error instanceof RangeError || error instanceof UnreadableFormat || error instanceof Unavailable;
    if (isLeftAsItIs) return { isRedriven: false, reason: error.message };
    throw error;
  }
}

async function putAgain(
  { key, notices }: { readonly key: ObjectKey; readonly notices: readonly DeadMessage[] },
  store: LocalStore,
  decode: (body: Buffer) => { readonly stream: string; readonly records: readonly StreamRecord[] },
): Promise<Redriven> {
  const object = await store.objects.get(key);
  if (object === undefined) return { isRedriven: false, reason: 'it is not there any more' };
  const { stream, records } = decode(object.body);
  await store.stream(stream).put(records.map(({ partitionKey, data }) => ({ partitionKey, data })));
  await store.objects.delete(key);
  await removeNotices(notices, store);
  return { isRedriven: true, to: stream };
}

async function removeNotices(notices: readonly DeadMessage[], store: LocalStore): Promise<void> {
  for (const { queueName, message } of notices) await store.queue(queueName).delete([message]);
}
