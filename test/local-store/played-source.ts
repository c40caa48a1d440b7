import { onTestFinished } from 'vitest';
import type { Logger } from '../../local-store/logger.ts';
import type { Timers } from '../../local-store/timers.ts';
import { Mailbox } from './mailbox.ts';

/** The end of a running invocation, which the test chooses. */
export interface Ending {
  readonly succeed: (response?: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** A sleep that lasts until the test ends it. */
export interface Sleep {
  readonly milliseconds: number;
  readonly end: () => void;
}

/** Creates loggers whose lines only the test reads. */
export function recordedLogger() {
  const logged: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];
  const log = (level: string) => (message: string, fields?: unknown) =>
    void logged.push({ level, message, fields });
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  return { logger, logged };
}

/**
 * The parts of an event source that the test plays: its function, its timers and its logger.
 * @param described  extracts from an event what a test wants to know
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
    /** Pass these to the source. */
    parts: { logger, timers, invoke },
    logged,
    nextInvocation: () => invocations.take(),
    /** Invocations that have begun and that the test has not taken yet. */
    pendingInvocations: () => invocations.waiting,
    nextSleep: () => sleeps.take(),
    /** Lets this much time pass, whatever the clock says. */
    elapse: (seconds: number) => void (elapsed += seconds * 1_000),
    /** Stops the source when the test ends; running invocations then succeed. */
    stopAfterTest: (source: { stop(): Promise<void> }): void => {
      onTestFinished(async () => {
        const stopped = source.stop();
        for (const { succeed } of begun) succeed();
        await stopped;
      });
    },
  };
}

/** Creates the answer of a function that reports these records or messages as failed. */
export function response(...identifiers: readonly string[]): object {
  return { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) };
}
