import { roomFor } from '../durable-database/reserved-room.ts';

/** Maximum that a change writes. */
export interface ChangeSize {
  /** Number of messages put, removed or rescheduled; one that goes to another queue is removed there and put here. */
  readonly messages: number;
  /** Contents of the messages that are put. */
  readonly contents: readonly { readonly body: string }[];
}

/** Returns by how many bytes the database grows at most for such a change, see `roomFor`. */
export function roomForMessages({ messages, contents }: ChangeSize): number {
  // A place in the contents and one in the schedule, or two in the schedule where a message only moves there.
  const places = 2 * messages;
  const bytes = contents.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  return roomFor({ places, bytes });
}
