import type { GroupCommit } from '../durable-database/group-commit.ts';
import { commitGroups } from './commit-groups.ts';
import type { MessageContent } from './message-format.ts';
import { roomForMessages, type ChangeSize } from './message-room.ts';
import type { MessageTables, Place, ScheduledMessage } from './message-tables.ts';

/** Submits a change for a commit, at once or with a delay. */
export type Submit = GroupCommit['submit'];

/**
 * The durable changes of one queue's messages. Each change checks again within its commit, when nothing else can
 * interfere: it leaves a message alone that is no longer where it was.
 */
export class MessageChanges {
  readonly #tables: MessageTables;
  readonly #submit: Submit;
  /** Messages that the current commit has changed; reads do not see these changes yet. */
  readonly #changing = new Set<string>();

  constructor(tables: MessageTables, submit: Submit) {
    this.#tables = tables;
    this.#submit = submit;
  }

  /** Commits the writes of `write`, which first claims the messages that it changes. */
  async commit(write: () => void, size: ChangeSize, submit: Submit = this.#submit): Promise<void> {
    await submit({ write, settle: () => this.#changing.clear(), room: roomForMessages(size) });
  }

  /** Within a commit: returns whether the message is where it was and nobody else in this commit changes it. */
  claim(place: Place): boolean {
    if (this.#changing.has(place.id)) return false;
    if (this.#changing.size === 0) this.#tables.refresh();
    if (!this.#tables.has(place)) return false;
    this.#changing.add(place.id);
    return true;
  }

  async add(message: ScheduledMessage, content: MessageContent, submit?: Submit): Promise<void> {
    const write = () => this.#tables.add(message, content);
    await this.commit(write, { messages: 1, contents: [content] }, submit);
  }

  /** @param onRemoved  called with each message that was there, once its removal is durable */
  async remove(places: readonly Place[], onRemoved: (id: string) => void): Promise<void> {
    for (const group of commitGroups(places)) {
      const removed: string[] = [];
      const write = () => {
        for (const place of group) {
          if (!this.claim(place)) continue;
          this.#tables.remove(place);
          removed.push(place.id);
        }
      };
      await this.commit(write, { messages: group.length, contents: [] });
      for (const id of removed) onRemoved(id);
    }
  }

  /** Changes the time at which the messages become visible. */
  async reschedule(messages: readonly ScheduledMessage[], visibleAt: number): Promise<void> {
    for (const group of commitGroups(messages)) {
      const write = () => {
        for (const message of group) {
          if (this.claim(message)) this.#tables.reschedule(message, { ...message, visibleAt });
        }
      };
      await this.commit(write, { messages: group.length, contents: [] });
    }
  }
}
