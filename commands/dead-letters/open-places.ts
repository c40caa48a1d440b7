import { join } from 'node:path';
import { readDurableDatabase } from '../../local-store/durable-database.ts';
import { readObjectDirectory } from '../../local-store/object-directory.ts';
import { readQueues } from '../../local-store/queues.ts';
import type { DeadLetterPlaces } from './find-dead-letters.ts';

/**
 * The places of a data directory for who only looks, also beside a running pipeline. Which queues there are is read
 * from the database. To be closed soon.
 * @throws Error             there is no database
 * @throws UnreadableFormat  a newer version of this program wrote it
 */
export async function readPlaces(
  directory: string,
): Promise<DeadLetterPlaces & { readonly close: () => Promise<void> }> {
  const log = join(directory, 'log');
  const queueNames = await queueNamesIn(log);
  const queues = await readQueues(log);
  return {
    queueNames,
    messagesOf: (queueName) => queues.list(queueName),
    store: readObjectDirectory(join(directory, 'objects')),
    close: () => queues.close(),
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
