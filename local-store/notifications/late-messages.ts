import { backoffMilliseconds } from '../../lib/backoff.ts';
import type { LocalQueue } from '../local-queue.ts';
import type { Logger } from '../logger.ts';
import type { Intent } from '../object-directory/intent.ts';
import type { Intents } from '../object-directory/intents.ts';
import { pause } from '../../event-source/backoff.ts';
import { realTimers } from '../timers.ts';
import { traced } from '../trace.ts';

/** Message about an object that goes to the queue after the object was created. */
interface LateMessage {
  readonly queue: LocalQueue;
  readonly text: string;
  readonly intent: Intent;
}

const retries = { firstMilliseconds: 100, longestMilliseconds: 10_000, randomShare: 0 };

/**
 * Sends the messages of objects that were created with an intent, after the creation and while nobody waits. An
 * intent ends once its message is durable; after a crash before that, the next start sends the message.
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

  /** Waits until all messages that can be sent are sent. The next start sends the others. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#sending);
  }

  async #send({ queue, text, intent }: LateMessage): Promise<void> {
    const stopping = this.#closing.signal;
    for (let failures = 1; ; failures++) {
      try {
        await traced('announce', intent.key, () => queue.sendPatiently(text));
        return this.#intents.end([intent]);
      } catch (error) {
        if (stopping.aborted) return;
        if (failures === 1)
          this.#logger?.warn('The message of a stored object could not be written; this is tried again.', {
            key: intent.key,
            error,
          });
        await pause(backoffMilliseconds(failures, retries, Math.random), { timers: realTimers, stopping });
        if (stopping.aborted) return;
      }
    }
  }
}
