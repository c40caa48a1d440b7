import { s3Event } from '../../event-source/queue/s3-event.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';

/** Returns the message that a queue gets of the write of a minute. */
export function rollUpNotification(minute: ObjectKey, at: Date): string {
  const write = { key: minute, size: 0, eTag: '', sequencer: '', at };
  return JSON.stringify(s3Event(write, { configurationId: 'redrive', bucketName: 'redrive' }, 'redrive'));
}
