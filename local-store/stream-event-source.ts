import { setMaxListeners } from 'node:events';
import { consumePartition } from './stream-event-source/consume-partition.ts';
import type { SourceContext } from './stream-event-source/source-context.ts';
import { realTimers } from './timers.ts';

export {
  bucketDestination,
  queueDestination,
  type FailureDestination,
} from './stream-event-source/failure-destination.ts';
export { parseStreamEventSettings } from '../event-source/stream/settings.ts';

export interface StreamEventSourceOptions
  extends
    Omit<SourceContext, 'stopping' | 'timers' | 'random' | 'restMilliseconds'>,
    Partial<Pick<SourceContext, 'timers' | 'random' | 'restMilliseconds'>> {}

const defaultRestMilliseconds = 50;

export interface StreamEventSource {
  /** Starts nothing new, and resolves when running invocations have ended and their results are stored. */
  stop(): Promise<void>;
}

/**
 * Works like AWS's event source mappings from a stream to a function: reads every partition from the consumer's
 * position and invokes the function with genuine Kinesis events, in order, one invocation at a time per partition and
 * lane. Delivery is at least once: after a kill at any moment, it continues from the checkpoint. A failure delays
 * only its own partition, until it is over or, if the settings have a limit, until the on-failure destination has the
 * record. Failures are logged; nothing is ever thrown from here after the start.
 * @throws Error  the stream was opened without this consumer
 */
export function startStreamEventSource(options: StreamEventSourceOptions): StreamEventSource {
  const { stream, consumer, settings } = options;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // each partition listens for it, which is not a leak
  const context: SourceContext = {
    ...options,
    timers: options.timers ?? realTimers,
    random: options.random ?? Math.random,
    restMilliseconds: options.restMilliseconds ?? defaultRestMilliseconds,
    stopping: stop.signal,
  };
  const partitions = settings.isEnabled ? stream.partitions() : [];
  for (const partition of partitions) stream.position(consumer, partition);
  const running = partitions.map((partition) => consumePartition(partition, context));
  return {
    async stop() {
      stop.abort();
      await Promise.all(running);
    },
  };
}
