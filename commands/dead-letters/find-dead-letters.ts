import { isTestNotification, notifiedKeys } from '../../lib/domain/notification.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { QueuedMessage } from '../../local-store/local-queue.ts';
import { idOf, type DeadLetter, type DeadMessage } from './dead-letter.ts';

/** Where dead letters are, to be looked through. */
export interface DeadLetterPlaces {
  readonly queueNames: readonly string[];
  /** Whether queues of work are among them. */
  readonly hasQueuesOfWork: boolean;
  readonly messagesOf: (queueName: string) => Iterable<QueuedMessage> | AsyncIterable<QueuedMessage>;
  readonly store: Pick<ObjectStore, 'get' | 'list'>;
}

/** Where `aggregate` sets records aside, and where an event source does. */
const prefixes = { 'failed/': 'failed-record', 'aws/lambda/': 'given-up-records' } as const;

/**
 * The dead letters: first the records that were set aside, then the messages that were given up, each kind in a lasting
 * order. A record is found by its object, so that it is listed also where its notice was lost.
 * @throws Unavailable  the store cannot be listed, or a queue cannot be read
 */
export async function* findDeadLetters(places: DeadLetterPlaces): AsyncGenerator<DeadLetter> {
  // Taken before the objects are listed: what has a notice by then has its object.
  const messages: Found[] = [];
  for (const queueName of places.queueNames) messages.push(...(await deadMessagesOf(queueName, places)));
  const noticesByKey = new Map<string, DeadMessage[]>();
  for (const { letter, key } of messages) {
    if (key === undefined) continue;
    const others = noticesByKey.get(key);
    if (others === undefined) noticesByKey.set(key, [letter]);
    else others.push(letter);
  }

  for (const [prefix, kind] of Object.entries(prefixes)) {
    for await (const key of places.store.list(prefix)) {
      yield { kind, id: idOf(key), key, notices: noticesByKey.get(key) ?? [] };
      noticesByKey.delete(key);
    }
  }
  for (const [key, notices] of noticesByKey) yield { kind: 'stale-notice', id: idOf(key), key, notices };
  for (const { letter, key } of messages) {
    if (key !== undefined) continue;
    const { queueName, message } = letter;
    const id = idOf(queueName, message.id);
    if (isTestNotification(message.body)) yield { kind: 'test-notice', id, ...letter };
    else yield { kind: 'given-up-message', id, keys: notifiedKeys(message.body) ?? [], ...letter };
  }
}

/** A dead message, and the record set aside that it tells of. */
interface Found {
  readonly letter: DeadMessage;
  readonly key: string | undefined;
}

/** A queue has dead letters or has none: so its first message tells, and a long queue of work is not read for nothing. */
async function deadMessagesOf(
  queueName: string,
  { messagesOf, hasQueuesOfWork }: DeadLetterPlaces,
): Promise<Found[]> {
  const found: Found[] = [];
  for await (const message of messagesOf(queueName)) {
    const key = notifiedKeys(message.body)?.find(isSetAside);
    if (hasQueuesOfWork && key === undefined && message.givenUpBy === undefined) return found;
    found.push({ letter: { queueName, message }, key: message.givenUpBy === undefined ? key : undefined });
  }
  return found;
}

function isSetAside(key: string): boolean {
  return Object.keys(prefixes).some((prefix) => key.startsWith(prefix));
}
