import { isTestNotification, notifiedKeys } from '../../lib/domain/notification.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { QueuedMessage } from '../../local-store/local-queue.ts';
import { idOf, type DeadLetter, type DeadMessage } from './dead-letter.ts';

/** The places that dead letters can be in, to read them. */
export interface DeadLetterPlaces {
  readonly queueNames: readonly string[];
  /** True if queues of work are among them. */
  readonly hasQueuesOfWork: boolean;
  readonly messagesOf: (queueName: string) => Iterable<QueuedMessage> | AsyncIterable<QueuedMessage>;
  readonly store: Pick<ObjectStore, 'get' | 'list'>;
}

/** The places of failed records, those of `aggregate` and those of an event source. */
const prefixes = { 'failed/': 'failed-record', 'aws/lambda/': 'failed-invocation' } as const;

/**
 * Yields the dead letters: first the failed records, then the other messages, each kind in a stable order. It finds a
 * record by its object, so it lists a record whose message was lost, too.
 * @throws Unavailable  the store cannot be listed, or a queue cannot be read
 */
export async function* findDeadLetters(places: DeadLetterPlaces): AsyncGenerator<DeadLetter> {
  // Read the messages before the objects: a record with a message has its object already.
  const messages: Found[] = [];
  for (const queueName of places.queueNames) messages.push(...(await deadMessagesOf(queueName, places)));
  const messagesByKey = new Map<string, DeadMessage[]>();
  for (const { letter, key } of messages) {
    if (key === undefined) continue;
    const others = messagesByKey.get(key);
    if (others === undefined) messagesByKey.set(key, [letter]);
    else others.push(letter);
  }

  for (const [prefix, kind] of Object.entries(prefixes)) {
    for await (const key of places.store.list(prefix)) {
      yield { kind, id: idOf(key), key, messages: messagesByKey.get(key) ?? [] };
      messagesByKey.delete(key);
    }
  }
  for (const [key, messages] of messagesByKey) yield { kind: 'stale-message', id: idOf(key), key, messages };
  for (const { letter, key } of messages) {
    if (key !== undefined) continue;
    const { queueName, message } = letter;
    const id = idOf(queueName, message.id);
    if (isTestNotification(message.body)) yield { kind: 'test-message', id, ...letter };
    else yield { kind: 'dead-message', id, keys: notifiedKeys(message.body) ?? [], ...letter };
  }
}

/** A dead message, and the key of the failed record that it is about. */
interface Found {
  readonly letter: DeadMessage;
  readonly key: string | undefined;
}

/**
 * Reads the dead letters of a queue. A queue has either only dead letters or none, so the first message decides, and a long
 * queue of work is not read to its end.
 */
async function deadMessagesOf(
  queueName: string,
  { messagesOf, hasQueuesOfWork }: DeadLetterPlaces,
): Promise<Found[]> {
  const found: Found[] = [];
  for await (const message of messagesOf(queueName)) {
    const key = notifiedKeys(message.body)?.find(isFailedRecord);
    if (hasQueuesOfWork && key === undefined && message.sourceQueue === undefined) return found;
    found.push({ letter: { queueName, message }, key: message.sourceQueue === undefined ? key : undefined });
  }
  return found;
}

function isFailedRecord(key: string): boolean {
  return Object.keys(prefixes).some((prefix) => key.startsWith(prefix));
}
