import * as z from 'zod';
import { arnOfResource, type Resources } from '../resources.ts';
import { queueNameOf } from '../queues/settings.ts';

/**
 * Returns the name of the queue in a function's `sqs` event.
 * @throws Error  it names no queue of this service
 */
export function queueNameOfEvent(event: unknown, resources: Resources): string {
  const parsed = z.object({ arn: arnOfResource }).safeParse(event);
  if (parsed.success) return queueNameOf(parsed.data.arn, resources);
  throw new Error(`This sqs event names no queue of this service: ${z.prettifyError(parsed.error)}`);
}
