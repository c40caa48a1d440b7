import type { Clock } from '../../lib/ports/clock.ts';
import type { Logger } from '../../lib/logger.ts';
import type { LocalStore } from '../open-local-store.ts';
import { startQueueEventSource } from '../queue-event-source.ts';
import { startStreamEventSource } from '../stream-event-source.ts';
import { openDestination } from './failure-destinations.ts';
import type { Invoke } from './invoker.ts';
import type { QueueMapping } from './queue-mappings.ts';
import type { StreamMapping } from './stream-mappings.ts';

export interface EventSourceMappings {
  readonly fromStreams: readonly StreamMapping[];
  readonly fromQueues: readonly QueueMapping[];
}

export interface EventSourcesContext {
  readonly store: LocalStore;
  readonly invoke: Invoke;
  readonly region: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A loop that invokes a function until it is stopped; `stop` resolves when running invocations have ended, however
 * long they take.
 */
export interface EventSource {
  readonly functionKey: string;
  stop(): Promise<void>;
}

/** Starts all event source mappings of a service. */
export function startEventSources(
  { fromStreams, fromQueues }: EventSourceMappings,
  { store, invoke, region, clock, logger }: EventSourcesContext,
): EventSource[] {
  const contextOf = (functionKey: string, service: string, name: string) => ({
    invoke: (event: object) => invoke(functionKey, event),
    logger: logger.with({ source: name, function: functionKey }),
    region,
    eventSourceArn: `arn:aws:${service}:${region}:000000000000:${name}`,
  });
  return [
    ...fromStreams.map(({ functionKey, streamName, settings, destination }) => ({
      functionKey,
      ...startStreamEventSource({
        ...contextOf(functionKey, 'kinesis', `stream/${streamName}`),
        stream: store.stream(streamName),
        consumer: functionKey,
        functionArn: `arn:aws:lambda:${region}:000000000000:function:${functionKey}`,
        settings,
        destination: destination && openDestination(destination, store),
        clock,
      }),
    })),
    ...fromQueues.map(({ functionKey, queueName, settings }) => ({
      functionKey,
      ...startQueueEventSource({
        ...contextOf(functionKey, 'sqs', queueName),
        queue: store.queue(queueName),
        settings,
        clock,
      }),
    })),
  ];
}
