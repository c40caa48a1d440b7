import type { HeldMessage } from '../local-queue.ts';
import { newMessage, type QueueParts } from './queue-parts.ts';

/** Sends a message that stays hidden until it is released; see `LocalQueue.hold`. */
export async function holdMessage(queue: QueueParts, body: string): Promise<HeldMessage> {
  const { held, changes, arrivals, onRemoved } = queue;
  const message = newMessage(queue);
  const release = () => {
    held.delete(message.id);
    arrivals.add(1);
  };
  held.add(message.id);
  try {
    await changes.add(message, { body, sourceQueue: undefined });
  } catch (error) {
    held.delete(message.id);
    throw error;
  }
  return {
    id: message.id,
    release,
    withdraw: () => {
      // If it cannot be removed, it is delivered: an extra message is allowed, a lost one is not.
      changes.remove([message], onRemoved).then(() => held.delete(message.id), release);
    },
  };
}
