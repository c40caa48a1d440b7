import type { SQSEvent } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import type { LocalQueue } from '../../../local-store/local-queue.ts';
import { parseQueueEventSettings, startQueueEventSource } from '../../../local-store/queue-event-source.ts';
import type { QueueSettings } from '../../../local-store/queues.ts';
import type { Timers } from '../../../local-store/timers.ts';
import { Mailbox } from '../mailbox.ts';
import { openFixture, recordedLogger, verify } from '../queues/queue-fixture.ts';
import { temporaryDirectory } from '../temporary-log.ts';

export const eventSourceArn = 'arn:aws:sqs:eu-central-1:000000000000:verify';

/** A running invocation, which ends as the test says. */
export interface Invocation {
  readonly event: SQSEvent;
  /** The bodies of its messages, sorted. */
  readonly bodies: readonly string[];
  readonly idOf: (body: string) => string;
  readonly succeed: (response?: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** Somebody who sleeps until the test wakes them. */
export interface Sleep {
  readonly milliseconds: number;
  readonly end: () => void;
}

export interface SourceOptions {
  /** Of the `sqs` event; failures of items are reported unless it says otherwise. */
  readonly event?: object;
  readonly properties?: Partial<QueueSettings>;
  /** What stands between the source and the queue. */
  readonly between?: (queue: LocalQueue) => LocalQueue;
  /** Sent before the source starts. */
  readonly sent?: readonly string[];
}

/** Starts a source on the queue `verify`, whose function and whose clock the test plays. */
export async function startSource({ event = {}, properties = {}, between, sent = [] }: SourceOptions = {}) {
  const settings = [
    { ...verify, ...properties },
    { ...verify, name: 'failed' },
  ];
  const { queues, clock } = await openFixture(await temporaryDirectory(), settings);
  const queue = queues.queue('verify');
  await sendAll(queue, sent);
  const invocations = new Mailbox<Invocation>();
  const begun: Invocation[] = [];
  const sleeps = new Mailbox<Sleep>();
  const { logger, logged } = recordedLogger();
  const timers: Timers = {
    sleep: (milliseconds, signal) =>
      new Promise((end, reject) => {
        const abort = () => reject(new Error('The sleep was cut short.', { cause: signal.reason }));
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) abort();
        else sleeps.send({ milliseconds, end });
      }),
  };
  const source = startQueueEventSource({
    queue: between?.(queue) ?? queue,
    settings: parseQueueEventSettings({ functionResponseType: 'ReportBatchItemFailures', ...event }),
    eventSourceArn,
    region: 'eu-central-1',
    logger,
    clock,
    timers,
    random: () => 0,
    invoke: (event) =>
      new Promise((succeed, fail) => {
        const ids = new Map(event.Records.map(({ body, messageId }) => [body, messageId]));
        const bodies = [...ids.keys()].sort();
        const invocation = { event, bodies, idOf: (body: string) => ids.get(body) ?? '?', succeed, fail };
        begun.push(invocation);
        invocations.send(invocation);
      }),
  });
  onTestFinished(async () => {
    const stopped = source.stop();
    for (const { succeed } of begun) succeed();
    await stopped;
  });
  return {
    source,
    queue,
    deadLetters: queues.queue('failed'),
    clock,
    logged,
    nextInvocation: () => invocations.take(),
    pendingInvocations: () => invocations.waiting,
    /** The next sleep of so many seconds; others before it are passed over. */
    nextSleep: async (seconds: number): Promise<Sleep> => {
      for (;;) {
        const sleep = await sleeps.take();
        if (sleep.milliseconds === seconds * 1000) return sleep;
      }
    },
  };
}

export async function sendAll(queue: LocalQueue, bodies: readonly string[]): Promise<void> {
  await Promise.all(bodies.map((body) => queue.send(body)));
}

/** The same queue, some of whose verbs do as the test says. */
export function withVerbs(queue: LocalQueue, verbs: Partial<LocalQueue>): LocalQueue {
  return new Proxy(queue, {
    get(target, name: keyof LocalQueue) {
      const own = verbs[name] ?? target[name];
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

/** What a function answers that reports these messages as failed. */
export function response(...messageIds: readonly string[]): object {
  return { batchItemFailures: messageIds.map((itemIdentifier) => ({ itemIdentifier })) };
}
