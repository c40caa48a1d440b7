import type { QueuedMessage } from '../local-queue.ts';

/**
 * Keeps track of the messages that were received in this run and are neither deleted nor visible again. The end of
 * its time-out identifies a receipt: once a message is received again, actions on the earlier receipt have no effect.
 */
export class InFlightMessages {
  /** End of each message's time-out, in milliseconds since 1970, by id. */
  readonly #until = new Map<string, number>();

  has(id: string): boolean {
    return this.#until.has(id);
  }

  add(messages: readonly QueuedMessage[]): void {
    for (const { id, visibleAt } of messages) this.#until.set(id, visibleAt.getTime());
  }

  remove(messages: readonly QueuedMessage[]): void {
    for (const message of messages) if (this.#isLatest(message)) this.#until.delete(message.id);
  }

  extend(messages: readonly QueuedMessage[], until: number): void {
    for (const message of messages) if (this.#isLatest(message)) this.#until.set(message.id, until);
  }

  /** Counts the messages, and forgets those whose time-outs have ended. */
  count(now: number): number {
    for (const [id, until] of this.#until) if (until <= now) this.#until.delete(id);
    return this.#until.size;
  }

  #isLatest({ id, visibleAt }: QueuedMessage): boolean {
    return this.#until.get(id) === visibleAt.getTime();
  }
}
