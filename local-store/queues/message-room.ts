import { roomFor } from '../durable-database/reserved-room.ts';

/** Maximum amount that a change writes. */
export interface ChangeSize {
  /** Number of messages put, removed or rescheduled; a message that moves to another queue is removed and put. */
  readonly messages: number;
  /** Bytes of the contents of messages that are put. */
  readonly contents: readonly { readonly body: string }[];
}

/** Returns the maximum growth of the database, in bytes, for such a change; see `roomFor`. */
export function roomForMessages({ messages, contents }: ChangeSize): number {
  // One place in the contents and one in the schedule, or two in the schedule if a message only moves there.
  const places = 2 * messages;
  const bytes = contents.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  return roomFor({ places, bytes });
}
