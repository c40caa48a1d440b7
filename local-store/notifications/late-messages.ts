import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalQueue } from '../local-queue.ts';
import type { Logger } from '../logger.ts';
import type { Intent } from '../object-directory/intent.ts';
import type { Intents } from '../object-directory/intents.ts';
import { traced } from '../trace.ts';

/** Message about an object that goes to the queue after the object was created. */
interface LateMessage {
  readonly queue: LocalQueue;
  readonly text: string;
  readonly intent: Intent;
}

const firstRetryMilliseconds = 100;
const maxRetryMilliseconds = 10_000;

/**
 * Sends the messages of objects that were created with an intent, after the creation and with nobody waiting: the intent is
 * ended once its message is durable, and until then the next start would send it.
 */
export class LateMessages {
  readonly #intents: Intents;
  readonly #logger: Pick<Logger, 'warn'> | undefined;
  readonly #closing = new AbortController();
  readonly #sending = new Set<Promise<void>>();

  constructor(intents: Intents, logger?: Pick<Logger, 'warn'>) {
    this.#intents = intents;
    this.#logger = logger;
  }

  send(message: LateMessage): void {
    const sending = this.#send(message).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  /** Lets what can be sent be sent. What cannot is for the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#sending);
  }

  async #send({ queue, text, intent }: LateMessage): Promise<void> {
    for (let pause = firstRetryMilliseconds; ; pause = Math.min(2 * pause, maxRetryMilliseconds)) {
      try {
        await traced('announce', intent.key, () => queue.sendPatiently(text));
        return this.#intents.end([intent]);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (pause === firstRetryMilliseconds)
          this.#logger?.warn('The message of a stored object cannot be written; it is tried again.', {
            key: intent.key,
            error,
          });
        if (!(await this.#pause(pause))) return;
      }
    }
  }

  /** Waits, and returns whether there was time for it. */
  async #pause(milliseconds: number): Promise<boolean> {
    try {
      await sleep(milliseconds, undefined, { signal: this.#closing.signal, ref: false });
      return true;
    } catch {
      return false; // it is closing
    }
  }
}
