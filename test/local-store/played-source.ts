import { onTestFinished } from 'vitest';
import type { Logger } from '../../local-store/logger.ts';
import type { Timers } from '../../local-store/timers.ts';
import { Mailbox } from './mailbox.ts';

/** How a running invocation ends: as the test says. */
export interface Ending {
  readonly succeed: (response?: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** Somebody who sleeps until the test wakes them. */
export interface Sleep {
  readonly milliseconds: number;
  readonly end: () => void;
}

/** Logs that only their test reads. */
export function recordedLogger() {
  const logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  const log = (level: string) => (message: string, fields?: unknown) =>
    void logged.push({ level, message, fields });
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  return { logger, logged };
}

/**
 * The parts of an event source that the test plays: its function, its timers and its logger.
 * @param described  what a test wants to know of an event
 */
export function playedParts<Event, Described extends object>(described: (event: Event) => Described) {
  const invocations = new Mailbox<Described & Ending>();
  const begun: Ending[] = [];
  const sleeps = new Mailbox<Sleep>();
  const { logger, logged } = recordedLogger();
  let elapsed = 0;
  const timers: Timers = {
    elapsed: () => elapsed,
    sleep: (milliseconds, signal) =>
      new Promise((end, reject) => {
        const abort = () => reject(new Error('The sleep was cut short.', { cause: signal.reason }));
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) abort();
        else sleeps.send({ milliseconds, end });
      }),
  };
  const invoke = (event: Event): Promise<unknown> =>
    new Promise((succeed, fail) => {
      const invocation = { ...described(event), succeed, fail };
      begun.push(invocation);
      invocations.send(invocation);
    });
  return {
    /** To be given to the source. */
    parts: { logger, timers, invoke },
    logged,
    nextInvocation: () => invocations.take(),
    /** Invocations that have begun and were not taken. */
    pendingInvocations: () => invocations.waiting,
    nextSleep: () => sleeps.take(),
    /** So much time goes by, whatever the clock says. */
    elapse: (seconds: number) => void (elapsed += seconds * 1_000),
    /** Stops it when the test ends; what runs then succeeds. */
    stopAfterTest: (source: { stop(): Promise<void> }): void => {
      onTestFinished(async () => {
        const stopped = source.stop();
        for (const { succeed } of begun) succeed();
        await stopped;
      });
    },
  };
}

/** What a function answers that reports these records or messages as failed. */
export function response(...identifiers: readonly string[]): object {
  return { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) };
}
