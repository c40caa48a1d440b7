import { consumeQueue } from './queue-event-source/consume-queue.ts';
import type { SourceContext } from './queue-event-source/source-context.ts';
import { realTimers } from './timers.ts';

export {
  parseQueueEventSettings,
  queueNameOfEvent,
  type QueueEventSettings,
} from './queue-event-source/settings.ts';

export interface QueueEventSourceOptions
  extends
    Omit<SourceContext, 'stopping' | 'timers' | 'random'>,
    Partial<Pick<SourceContext, 'timers' | 'random'>> {}

export interface QueueEventSource {
  /** Begins nothing new, and resolves when the invocation that runs has ended and what it did is remembered. */
  stop(): Promise<void>;
}

/**
 * AWS's event source mapping from a queue to a function: invokes it with genuine SQS events, one invocation at a time,
 * which on one machine is as fast as several and keeps batches large. Delivery is at least once: killed at any moment,
 * messages come back after their visibility time-out, and those that were received too many times become dead letters.
 * What goes wrong is logged, and nothing is ever thrown from here.
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
