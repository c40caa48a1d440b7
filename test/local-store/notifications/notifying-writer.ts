/**
 * A process to be killed: writers that create objects through the notifying store without end, and print the key of
 * each as soon as its put is acknowledged. Every third put is for an object that already exists.
 */
import { join } from 'node:path';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../../lib/errors.ts';
import { openDurableDatabase } from '../../../local-store/durable-database.ts';
import { notifyingObjectStore } from '../../../local-store/notifications.ts';
import { openObjectDirectory } from '../../../local-store/object-directory.ts';
import { openQueues } from '../../../local-store/queues.ts';
import { verify } from '../queues/queue-fixture.ts';
import { batchesRule, region } from './notifying-fixture.ts';

const [directory = '', run = ''] = process.argv.slice(2);
const clock = { now: () => new Date() };
const database = await openDurableDatabase(join(directory, 'log'));
const objects = await openObjectDirectory(join(directory, 'objects'));
const store = notifyingObjectStore(objects, {
  intents: objects.intents,
  rules: [batchesRule],
  queues: openQueues(database, [verify], { clock, logger: console }),
  region,
  clock,
});

async function create(key: ObjectKey): Promise<void> {
  try {
    await store.put(key, Buffer.from(key), { ifNoneMatch: '*' });
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}

async function write(writer: number): Promise<never> {
  for (let put = 0; ; put += 1) {
    const key = `batches/writer-${writer}/${run}-${put - (put % 3 === 2 ? 1 : 0)}` as ObjectKey;
    await create(key);
    process.stdout.write(`${key}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
