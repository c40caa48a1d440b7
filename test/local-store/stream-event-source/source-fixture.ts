import type { KinesisStreamEvent } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import type { Consumer, LocalStream } from '../../../local-store/local-stream.ts';
import type { Logger } from '../../../local-store/logger.ts';
import {
  parseStreamEventSettings,
  startStreamEventSource,
  type StreamEventSource,
} from '../../../local-store/stream-event-source.ts';
import type { Timers } from '../../../local-store/timers.ts';
import { Mailbox } from '../mailbox.ts';
import { openLog } from '../temporary-log.ts';

export const consumer: Consumer = { name: 'aggregate', startingPosition: 'TRIM_HORIZON' };

/** A running invocation, which ends as the test says. */
export interface Invocation {
  readonly event: KinesisStreamEvent;
  /** The data of its records, in order. */
  readonly texts: readonly string[];
  readonly succeed: (response?: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** Somebody who sleeps until the test wakes them. */
export interface Sleep {
  readonly milliseconds: number;
  readonly end: () => void;
}

export interface SourceFixture {
  readonly source: StreamEventSource;
  readonly nextInvocation: () => Promise<Invocation>;
  readonly nextSleep: () => Promise<Sleep>;
  /** Invocations that have begun and were not taken. */
  readonly pendingInvocations: () => number;
  readonly logged: readonly { readonly level: string; readonly message: string }[];
}

/** Starts a source on the stream, whose function and whose clock the test plays. */
export function startSource(
  stream: LocalStream,
  settings: object = {},
  { random = () => 0, restMilliseconds = 0 }: { random?: () => number; restMilliseconds?: number } = {},
): SourceFixture {
  const invocations = new Mailbox<Invocation>();
  const begun: Invocation[] = [];
  const sleeps = new Mailbox<Sleep>();
  const logged: { level: string; message: string }[] = [];
  const log = (level: string) => (message: string) => void logged.push({ level, message });
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const timers: Timers = {
    sleep: (milliseconds, signal) =>
      new Promise((end, reject) => {
        const abort = () => reject(new Error('The sleep was cut short.', { cause: signal.reason }));
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) abort();
        else sleeps.send({ milliseconds, end });
      }),
  };
  const source = startStreamEventSource({
    stream,
    consumer: consumer.name,
    settings: parseStreamEventSettings({ type: 'kinesis', ...settings }),
    eventSourceArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights',
    region: 'eu-central-1',
    logger,
    timers,
    random,
    restMilliseconds,
    invoke: (event) =>
      new Promise((succeed, fail) => {
        const texts = event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
        const invocation = { event, texts, succeed, fail };
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
    nextInvocation: () => invocations.take(),
    nextSleep: () => sleeps.take(),
    pendingInvocations: () => invocations.waiting,
    logged,
  };
}

/** A stream of one partition that only the test's source reads. */
export async function openStream(directory: string, partitionCount = 1): Promise<LocalStream> {
  const log = await openLog(directory);
  return log.stream('insights', { partitionCount, consumers: [consumer] });
}

/** Puts a record for each text, all under one key unless told otherwise. */
export function putTexts(stream: LocalStream, texts: readonly string[], partitionKey = 'key'): Promise<void> {
  return stream.put(texts.map((text) => ({ partitionKey, data: Buffer.from(text) })));
}

/** What a function answers that reports these records as failed. */
export function response(...sequenceNumbers: readonly string[]): object {
  return { batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })) };
}
