import { parseQueueEventSettings, queueNameOfEvent, type QueueEventSettings } from '../queue-event-source.ts';
import type { Resources } from '../resources.ts';
import type { ServerlessService } from './serverless.ts';

/** A function and a queue that it consumes, as `serverless.yml` maps them. */
export interface QueueMapping {
  readonly functionKey: string;
  readonly queueName: string;
  readonly settings: QueueEventSettings;
}

/**
 * Returns the event source mappings from queues, read from the functions' `sqs` events.
 * @throws Error  an event names no queue of this service, or has a setting that this machine does not support
 */
export function queueMappings(
  functions: ServerlessService['functions'],
  resources: Resources,
): QueueMapping[] {
  return Object.entries(functions).flatMap(([functionKey, { events }]) =>
    events.flatMap(({ sqs }) => {
      if (sqs === undefined) return [];
      const queueName = queueNameOfEvent(sqs, resources);
      return [{ functionKey, queueName, settings: parseQueueEventSettings(sqs) }];
    }),
  );
}
