import { join } from 'node:path';
import { readDurableDatabase } from '../../local-store/durable-database.ts';
import { readObjectDirectory } from '../../local-store/object-directory.ts';
import { readQueues } from '../../local-store/queues.ts';
import { requireDataDirectory } from '../data-directory.ts';
import type { OperatorIo } from '../io.ts';
import { openForWriting } from '../open-for-writing.ts';
import type { DeadLetterPlaces } from './find-dead-letters.ts';
import type { RedrivePlaces } from './redrive.ts';
import { rollUpNotification } from './roll-up-notification.ts';

/**
 * Opens the places of a data directory for reading, also beside a running pipeline. It reads the names of the queues
 * from the database. Close it soon.
 * @throws UnusableDataDirectory  the directory does not exist
 * @throws UnreadableFormat       a newer version of this program wrote it
 */
export async function readLocalPlaces(
  dataDirectory: string,
): Promise<DeadLetterPlaces & { readonly close: () => Promise<void> }> {
  const directory = await requireDataDirectory(dataDirectory);
  const log = join(directory, 'log');
  const queueNames = await queueNamesIn(log);
  const queues = await readQueues(log);
  return {
    queueNames,
    hasQueuesOfWork: true,
    messagesOf: (queueName) => queues.list(queueName),
    store: readObjectDirectory(join(directory, 'objects')),
    close: () => queues.close(),
  };
}

/**
 * Opens the same places for a redrive, and owns the directory until they are closed.
 * @throws DirectoryInUse  an emulator or another command owns it; the message names it
 */
export async function openLocalPlaces(
  dataDirectory: string,
  io: OperatorIo,
): Promise<RedrivePlaces & { readonly close: () => Promise<void> }> {
  const store = await openForWriting(await requireDataDirectory(dataDirectory), io);
  return {
    queueNames: store.queueNames,
    hasQueuesOfWork: true,
    messagesOf: (queueName) => store.queue(queueName).list(),
    store: store.objects,
    stream: (name) => store.stream(name),
    notifyRollUp: async (minute) => {
      await store.queue(store.rollUpQueueName).send(rollUpNotification(minute, io.clock.now()));
    },
    giveBack: async ({ queueName, message }) => (await store.queue(queueName).redrive([message])) > 0,
    remove: ({ queueName, message }) => store.queue(queueName).delete([message]),
    close: () => store.close(),
  };
}

async function queueNamesIn(log: string): Promise<string[]> {
  const { environment, close } = await readDurableDatabase(log);
  try {
    // The keys of an environment are the names of its tables.
    return [...environment.getKeys()].flatMap((table) => {
      const [, name] = /^queue\/(.+)\/schedule$/.exec(String(table)) ?? [];
      return name === undefined ? [] : [name];
    });
  } finally {
    await close();
  }
}
