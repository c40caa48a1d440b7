import type { SQSEvent } from 'aws-lambda';
import type { LocalQueue } from '../../../local-store/local-queue.ts';
import { parseQueueEventSettings, startQueueEventSource } from '../../../local-store/queue-event-source.ts';
import type { QueueSettings } from '../../../local-store/queues.ts';
import { playedParts, type Sleep } from '../played-source.ts';
import { openFixture, verify } from '../queues/queue-fixture.ts';
import { temporaryDirectory } from '../temporary-log.ts';

export const eventSourceArn = 'arn:aws:sqs:eu-central-1:000000000000:verify';

export interface SourceOptions {
  /** The `sqs` event; failures of items are reported unless it says otherwise. */
  readonly event?: object;
  readonly properties?: Partial<QueueSettings>;
  /** A layer between the source and the queue. */
  readonly between?: (queue: LocalQueue) => LocalQueue;
  /** Messages sent before the source starts. */
  readonly sent?: readonly string[];
}

/** Starts a source on the queue `verify`, whose function, clock and timers the test plays. */
export async function startSource({ event = {}, properties = {}, between, sent = [] }: SourceOptions = {}) {
  const settings = [
    { ...verify, ...properties },
    { ...verify, name: 'failed' },
  ];
  const { queues, clock } = await openFixture(await temporaryDirectory(), settings);
  const queue = queues.queue('verify');
  await sendAll(queue, sent);
  const { parts, stopAfterTest, nextSleep, ...played } = playedParts((event: SQSEvent) => {
    const ids = new Map(event.Records.map(({ body, messageId }) => [body, messageId]));
    return {
      event,
      /** The bodies of its messages, sorted. */
      bodies: [...ids.keys()].sort(),
      idOf: (body: string) => ids.get(body) ?? '?',
    };
  });
  const source = startQueueEventSource({
    queue: between?.(queue) ?? queue,
    settings: parseQueueEventSettings({ functionResponseType: 'ReportBatchItemFailures', ...event }),
    eventSourceArn,
    region: 'eu-central-1',
    clock,
    random: () => 0,
    ...parts,
  });
  stopAfterTest(source);
  return {
    source,
    queue,
    deadLetters: queues.queue('failed'),
    clock,
    ...played,
    /** Returns the next sleep of this many seconds; skips others before it. */
    nextSleep: async (seconds: number): Promise<Sleep> => {
      for (;;) {
        const sleep = await nextSleep();
        if (sleep.milliseconds === seconds * 1000) return sleep;
      }
    },
  };
}

export async function sendAll(queue: LocalQueue, bodies: readonly string[]): Promise<void> {
  await Promise.all(bodies.map((body) => queue.send(body)));
}

/** Returns the same queue with some verbs replaced. */
export function withVerbs(queue: LocalQueue, verbs: Partial<LocalQueue>): LocalQueue {
  return new Proxy(queue, {
    get(target, name: keyof LocalQueue) {
      const own = verbs[name] ?? target[name];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}
