import type { Database, RootDatabase } from 'lmdb';
import { UnreadableFormat } from '../../lib/errors.ts';
import {
  decodeContent,
  decodeState,
  encodeContent,
  encodeState,
  type MessageContent,
  type MessageState,
} from './message-format.ts';

/** A message in the schedule. Instants are in milliseconds since 1970. */
export interface ScheduledMessage extends MessageState {
  readonly id: string;
  readonly visibleAt: number;
}

/** Id of a message and its present place in the schedule. */
export type Place = Pick<ScheduledMessage, 'id' | 'sentAt' | 'visibleAt'>;

type Contents = Database<Buffer, [sentAt: number, id: string]>;
type Schedule = Database<Buffer, [visibleAt: number, id: string]>;

/**
 * Opens the tables of the queue; returns `undefined` if they are missing and the environment is open for reading
 * only.
 */
export function openMessageTables(environment: RootDatabase, queueName: string): MessageTables | undefined {
  const options = { encoding: 'binary' } as const;
  const contents: Contents | undefined = environment.openDB(`queue/${queueName}/contents`, options);
  const schedule: Schedule | undefined = environment.openDB(`queue/${queueName}/schedule`, options);
  return contents && schedule && new MessageTables(contents, schedule);
}

/**
 * The tables of one queue: the contents, ordered by time of sending and written once; and the schedule, ordered by
 * the time at which messages become visible, with small entries that each receive rewrites. Writes belong to a commit
 * (see `Change`); reads see the result of the last one.
 */
export class MessageTables {
  readonly #contents: Contents;
  readonly #schedule: Schedule;

  constructor(contents: Contents, schedule: Schedule) {
    this.#contents = contents;
    this.#schedule = schedule;
  }

  /**
   * Refreshes the snapshot. Call it before reading: lmdb keeps a snapshot for a while, which may lack the last
   * commit.
   */
  refresh(): void {
    this.#contents.resetReadTxn();
    this.#schedule.resetReadTxn();
  }

  add(message: ScheduledMessage, content: MessageContent): void {
    void this.#contents.put([message.sentAt, message.id], encodeContent(content));
    this.#put(message);
  }

  reschedule(from: Pick<Place, 'id' | 'visibleAt'>, to: ScheduledMessage): void {
    void this.#schedule.remove([from.visibleAt, from.id]);
    this.#put(to);
  }

  remove({ id, sentAt, visibleAt }: Place): void {
    void this.#contents.remove([sentAt, id]);
    void this.#schedule.remove([visibleAt, id]);
  }

  has({ id, visibleAt }: Place): boolean {
    return this.#schedule.doesExist([visibleAt, id]);
  }

  /** Returns messages with `from ≤ visibleAt < until`, in that order. */
  *scheduled(from: number, until: number): Generator<ScheduledMessage> {
    for (const { key, value } of this.#schedule.getRange({ start: [from, ''], end: [until, ''] })) {
      yield scheduledMessage(key, value);
    }
  }

  /** Returns at most `limit` messages that come after `place`. */
  scheduledAfter({ id, visibleAt }: Pick<Place, 'id' | 'visibleAt'>, limit: number): ScheduledMessage[] {
    const range = this.#schedule.getRange({ start: [visibleAt, id], exclusiveStart: true, limit });
    return Array.from(range, ({ key, value }) => scheduledMessage(key, value));
  }

  /** @throws UnreadableFormat  the content is missing or damaged */
  content({ id, sentAt }: Pick<Place, 'id' | 'sentAt'>): MessageContent {
    const content = this.#contents.get([sentAt, id]);
    if (content === undefined) {
      throw new UnreadableFormat(`The content of the queued message ${id} is missing: the queue is damaged.`);
    }
    return decodeContent(content);
  }

  /** Returns when the `nth` message (from 1) becomes visible. */
  visibleAtOf(nth: number): number | undefined {
    const [key] = this.#schedule.getKeys({ offset: nth - 1, limit: 1 });
    return key?.[0];
  }

  /** Counts messages with `visibleAt < until`. */
  countBefore(until: number): number {
    return this.#schedule.getKeysCount({ end: [until, ''] });
  }

  count(): number {
    const { entryCount } = this.#schedule.getStats() as { readonly entryCount: number };
    return entryCount;
  }

  oldestSentAt(): number | undefined {
    const [key] = this.#contents.getKeys({ limit: 1 });
    return key?.[0];
  }

  #put(message: ScheduledMessage): void {
    void this.#schedule.put([message.visibleAt, message.id], encodeState(message));
  }
}

function scheduledMessage([visibleAt, id]: [number, string], state: Buffer): ScheduledMessage {
  return { ...decodeState(state), id, visibleAt };
}
