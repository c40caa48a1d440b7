import { onTestFinished } from 'vitest';
import { openDurableDatabase } from '../../../local-store/durable-database.ts';
import type { LocalQueue, QueuedMessage } from '../../../local-store/local-queue.ts';
import { openQueues, type QueueSettings } from '../../../local-store/queues.ts';
import { recordedLogger } from '../played-source.ts';
import { temporaryDirectory } from '../temporary-log.ts';

export const startedAt = new Date('2025-12-28T18:03:00.250Z');

/** A clock that only moves when the test sets it. */
export class SetClock {
  #now = startedAt.getTime();

  now(): Date {
    return new Date(this.#now);
  }

  /** Moves backwards for a negative number. */
  advance(seconds: number): void {
    this.#now += seconds * 1000;
  }
}

export const verify: QueueSettings = {
  name: 'verify',
  delaySeconds: 0,
  visibilityTimeoutSeconds: 30,
  deadLetters: undefined,
};

export const failed: QueueSettings = { ...verify, name: 'failed' };
export const givingUp: QueueSettings = {
  ...verify,
  deadLetters: { queueName: 'failed', maxReceiveCount: 2 },
};

export const everything = { maxMessages: 10_000, maxBytes: Infinity, bytesOf: () => 1 };

/** Opens queues in their own database, which is closed after the test if it is still open. */
export async function openFixture(directory: string, settings: readonly QueueSettings[] = [verify]) {
  const database = await openDurableDatabase(directory);
  const clock = new SetClock();
  const { logger, logged } = recordedLogger();
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= database.close());
  onTestFinished(close);
  const queues = openQueues(database, settings, { clock, logger });
  return { database, queues, clock, logged, close };
}

/** Opens the one queue `verify`, with other properties than usual. */
export async function openVerify(directory: string, properties: Partial<QueueSettings> = {}) {
  const fixture = await openFixture(directory, [{ ...verify, ...properties }]);
  return { ...fixture, queue: fixture.queues.queue('verify') };
}

export async function receiveAll(queue: LocalQueue): Promise<readonly QueuedMessage[]> {
  return queue.receive(everything);
}

/** Returns the texts of messages, which come in any order. */
export function bodies(messages: Iterable<QueuedMessage>): readonly string[] {
  return Array.from(messages, ({ body }) => body).sort();
}

export function after(seconds: number): Date {
  return new Date(startedAt.getTime() + seconds * 1000);
}

/** Opens queues in which one message of `verify` is a dead letter. */
export async function openWithDeadLetter() {
  const fixture = await openFixture(await temporaryDirectory(), [givingUp, failed]);
  const { queues, clock } = fixture;
  const [queue, deadLetters] = [queues.queue('verify'), queues.queue('failed')];
  await queue.send('poison');
  for (let receive = 0; receive < 3; receive += 1) {
    await receiveAll(queue);
    clock.advance(30);
  }
  return { ...fixture, queue, deadLetters };
}
