import type { QueuedMessage } from '../local-queue.ts';
import { commitGroups } from './commit-groups.ts';
import { newMessage, type QueueParts } from './queue-parts.ts';
import { placeOf } from './queued-messages.ts';

/** Moves messages back to their original queues; see `LocalQueue.redrive`. */
export async function redriveMessages(from: QueueParts, messages: readonly QueuedMessage[]): Promise<number> {
  const returning = messages.map((message) => ({
    place: placeOf(message),
    body: message.body,
    queue: sourceQueueOf(from, message),
  }));
  let moved = 0;
  for (const group of commitGroups(returning)) {
    const arrivedIn: QueueParts[] = [];
    const write = () => {
      for (const { place, body, queue } of group) {
        if (!from.changes.claim(place)) continue;
        from.tables.remove(place);
        const visibleAt = from.clock.now().getTime();
        queue.tables.add({ ...newMessage(queue), id: place.id, visibleAt }, { body, sourceQueue: undefined });
        arrivedIn.push(queue);
      }
    };
    await from.changes.commit(write, { messages: 2 * group.length, contents: group });
    for (const { arrivals } of arrivedIn) arrivals.add(1);
    moved += arrivedIn.length;
  }
  return moved;
}

function sourceQueueOf(from: QueueParts, { id, sourceQueue }: QueuedMessage): QueueParts {
  if (sourceQueue === undefined)
    throw new RangeError(`The original queue of the message ${id} of ${from.settings.name} is not known.`);
  return from.queueNamed(sourceQueue);
}
