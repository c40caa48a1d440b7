import type { Logger } from '../logger.ts';
import { pause } from '../../event-source/backoff.ts';
import type { Timers } from '../timers.ts';
import type { EventSource } from './event-sources.ts';

export interface StopContext {
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Stops the event sources; resolves when running invocations have ended, or after `timeoutMilliseconds`: one may have
 * a flood to count, or hang. Its records are then delivered again at the next start, as after a crash. Until then
 * nothing else is delivered, and once the store is closed it can write no more.
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
  logger.warn('Invocations did not end in time; their records are delivered again at the next start.', {
    functions: [...running].map(({ functionKey }) => functionKey),
  });
}
