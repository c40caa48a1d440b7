import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { notifyingObjectStore, type NotificationRule } from '../../../local-store/notifications.ts';
import { realFileOperations } from '../../../local-store/object-directory/file-operations.ts';
import { openObjectDirectory } from '../../../local-store/object-directory.ts';
import type { QueueSettings } from '../../../local-store/queues.ts';
import { openFixture, verify } from '../queues/queue-fixture.ts';

export const region = 'eu-central-1';

export const batchesRule: NotificationRule = {
  configurationId: 'Objects-VerifyQueue-batches/',
  bucketName: 'log-analytics',
  prefix: 'batches/',
  suffix: '',
  queueName: 'verify',
};

/** Returns the same store with another `put`. */
export function withPut(objects: ObjectStore, put: ObjectStore['put']): ObjectStore {
  return {
    put,
    get: (...read) => objects.get(...read),
    list: (...read) => objects.list(...read),
    delete: (key) => objects.delete(key),
  };
}

/** Opens an object directory with notifications in `directory`, with the test's layer between the two. */
export async function openNotifying(
  directory: string,
  {
    settings = [verify],
    between = (objects) => objects,
    isLate = false,
  }: {
    readonly settings?: readonly QueueSettings[];
    readonly between?: (objects: ObjectStore) => ObjectStore;
    /** Messages of creations are sent after these. */
    readonly isLate?: boolean;
  } = {},
) {
  const fixture = await openFixture(join(directory, 'log'), settings);
  const objects = await openObjectDirectory(join(directory, 'objects'), { operations: realFileOperations });
  onTestFinished(() => objects.close());
  const { queues, clock } = fixture;
  const store = notifyingObjectStore(between(objects), {
    rules: [batchesRule],
    queues,
    region,
    clock,
    ...(isLate && { intents: objects.intents }),
  });
  return { ...fixture, objects, store, queue: queues.queue('verify') };
}
