import type { Logger } from '../logger.ts';
import { pause } from '../stream-event-source/backoff.ts';
import type { Timers } from '../timers.ts';
import type { EventSource } from './event-sources.ts';

export interface StopContext {
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Stops the event sources, and resolves when the invocations that run have ended, or after `timeoutMilliseconds`: one may
 * have a flood to count, or hang. What it had is then delivered again at the next start, as after a crash. Nothing is
 * delivered beside it until then, and once the store is closed it can write no more.
 */
export async function stopEventSources(
  sources: readonly EventSource[],
  timeoutMilliseconds: number,
  { timers, logger }: StopContext,
): Promise<void> {
  const running = new Set(sources);
  const stopped = sources.map(async (source) => {
    await source.stop();
    running.delete(source);
  });
  const waiting = new AbortController();
  const timeout = pause(timeoutMilliseconds, { timers, stopping: waiting.signal });
  await Promise.race([Promise.all(stopped), timeout]);
  waiting.abort();
  await timeout;
  if (running.size === 0) return;
  logger.warn('Invocations did not end in time; what they had is delivered again at the next start.', {
    functions: [...running].map(({ functionKey }) => functionKey),
  });
}
