import { consumeQueue } from './queue-event-source/consume-queue.ts';
import type { SourceContext } from './queue-event-source/source-context.ts';
import { realTimers } from './timers.ts';

export { parseQueueEventSettings, type QueueEventSettings } from '../event-source/queue/settings.ts';
export { queueNameOfEvent } from './queue-event-source/queue-name.ts';

export interface QueueEventSourceOptions
  extends
    Omit<SourceContext, 'stopping' | 'timers' | 'random'>,
    Partial<Pick<SourceContext, 'timers' | 'random'>> {}

export interface QueueEventSource {
  /** Starts nothing new, and resolves when the running invocation has ended and its results are stored. */
  stop(): Promise<void>;
}

/**
 * Works like AWS's event source mapping from a queue to a function: invokes it with genuine SQS events, one
 * invocation at a time, which on one machine is as fast as several and keeps batches large. Delivery is at least
 * once: after a kill at any moment, messages come back after their visibility time-out, and those that were received
 * too many times become dead letters. Failures are logged; nothing is ever thrown from here.
 */
export function startQueueEventSource(options: QueueEventSourceOptions): QueueEventSource {
  const stop = new AbortController();
  const context: SourceContext = {
    ...options,
    timers: options.timers ?? realTimers,
    random: options.random ?? Math.random,
    stopping: stop.signal,
  };
  const running = context.settings.isEnabled ? consumeQueue(context) : Promise.resolve();
  return {
    async stop() {
      stop.abort();
      await running;
    },
  };
}
