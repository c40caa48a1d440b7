import { join } from 'node:path';
import { readDurableDatabase } from '../../local-store/durable-database.ts';
import { readObjectDirectory } from '../../local-store/object-directory.ts';
import { readQueues } from '../../local-store/queues.ts';
import { requireDataDirectory } from '../data-directory.ts';
import type { OperatorIo } from '../io.ts';
import { openForWriting } from '../open-for-writing.ts';
import type { DeadLetterPlaces } from './find-dead-letters.ts';
import type { RedrivePlaces } from './redrive.ts';

/**
 * The places of a data directory for who only looks, also beside a running pipeline. Which queues there are is read
 * from the database. To be closed soon.
 * @throws UnusableDataDirectory  there is none
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
 * The same for who gives back, and owns the directory meanwhile.
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
    giveBack: async ({ queueName, message }) => (await store.queue(queueName).redrive([message])) > 0,
    remove: ({ queueName, message }) => store.queue(queueName).delete([message]),
    close: () => store.close(),
  };
}

async function queueNamesIn(log: string): Promise<string[]> {
  const { environment, close } = await readDurableDatabase(log);
  try {
    // The names of an environment's tables are its own keys.
    return [...environment.getKeys()].flatMap((table) => {
      const [, name] = /^queue\/(.+)\/schedule$/.exec(String(table)) ?? [];
      return name === undefined ? [] : [name];
    });
  } finally {
    await close();
  }
}
