import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../lib/errors.ts';
import type { Backlog } from '../lib/ports/event-stream.ts';

/** The Kafka client retries unreachable brokers for longer than a request, or a reader of metrics, can wait. */
const maxMilliseconds = 2_000;

/** Makes a stream fail early if its backlog cannot be read. */
export function withBoundedBacklog<S extends { backlog(): Promise<Backlog> }>(stream: S): S {
  return { ...stream, backlog: () => soon(stream.backlog()) };
}

async function soon(reading: Promise<Backlog>): Promise<Backlog> {
  const waiting = new AbortController();
  const tooLate = sleep(maxMilliseconds, undefined, { signal: waiting.signal }).then(() => {
    throw new Unavailable(`Kafka did not answer within ${maxMilliseconds / 1_000} s.`);
  });
  tooLate.catch(() => undefined); // nobody waits for it any more
  try {
    return await Promise.race([reading, tooLate]);
  } finally {
    waiting.abort();
    reading.catch(() => undefined); // it may fail later
  }
}
