import type { Clock } from '../lib/ports/clock.ts';
import { readDurableDatabase, type DurableDatabase } from './durable-database.ts';
import type { LocalQueue, QueuedMessage } from './local-queue.ts';
import type { Logger } from './logger.ts';
import { Arrivals } from './queues/arrivals.ts';
import { InFlightMessages } from './queues/in-flight-messages.ts';
import { MessageChanges } from './queues/message-changes.ts';
import { openMessageTables } from './queues/message-tables.ts';
import { Queue } from './queues/queue.ts';
import type { QueueParts } from './queues/queue-parts.ts';
import { listMessages } from './queues/queued-messages.ts';
import type { QueueSettings } from './queues/settings.ts';

export { queueNameOf, queueSettings, type QueueSettings } from './queues/settings.ts';

/** Maximum time for which a message that nobody waits for is delayed to share the flush of another change. */
const patienceMilliseconds = 50;

export interface QueuesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with each removed message, once its removal is durable; not with messages that become dead letters. */
  readonly onRemoved?: (id: string) => void;
}

/** The queues of one service. */
export interface Queues {
  /** @throws RangeError  there is no queue of this name */
  queue(name: string): LocalQueue;
}

/**
 * Opens the queues, and creates new ones. Call it once per database. Messages that were hidden in an earlier run come
 * back when their delay or time-out ends. Messages that were held are released, because their holder is gone.
 * @throws RangeError  a dead-letter queue is not among them
 */
export function openQueues(
  { environment, commits }: DurableDatabase,
  settings: readonly QueueSettings[],
  { clock, logger, onRemoved = () => {} }: QueuesOptions,
): Queues {
  const queues = new Map<string, { readonly parts: QueueParts; readonly queue: Queue }>();
  const opened = (name: string) => {
    const found = queues.get(name);
    if (found === undefined) throw new RangeError(`There is no queue "${name}".`);
    return found;
  };
  for (const queueSettings of settings) {
    const tables = openMessageTables(environment, queueSettings.name);
    if (tables === undefined)
      throw new Error('Queues cannot be opened in a database that is open for reading only.');
    const parts: QueueParts = {
      settings: queueSettings,
      tables,
      changes: new MessageChanges(tables, (change) => commits.submit(change)),
      submitPatiently: (change) => commits.submitPatiently(change, patienceMilliseconds),
      arrivals: new Arrivals(),
      inFlight: new InFlightMessages(),
      held: new Set(),
      clock,
      logger,
      queueNamed: (name) => opened(name).parts,
      onRemoved,
    };
    queues.set(queueSettings.name, { parts, queue: new Queue(parts) });
  }
  // Otherwise a message that becomes a dead letter could fail in the middle of a commit, together with everybody
  // else's changes.
  for (const { deadLetters } of settings) if (deadLetters !== undefined) opened(deadLetters.queueName);
  return { queue: (name) => opened(name).queue };
}

/** Queues that are open for reading only; see `readQueues`. */
export interface QueuesReader {
  /** Lists like `LocalQueue.list`; yields nothing for a queue that never had a message. */
  list(queueName: string): Iterable<QueuedMessage>;
  close(): Promise<void>;
}

/**
 * Opens the queues of the database in `directory` for reading, also while another process uses them. Close them soon.
 * @throws Error             there is no database
 * @throws UnreadableFormat  a newer version of this program wrote it
 */
export async function readQueues(directory: string): Promise<QueuesReader> {
  const { environment, close } = await readDurableDatabase(directory);
  return {
    list(queueName) {
      const tables = openMessageTables(environment, queueName);
      return tables === undefined ? [] : listMessages(tables);
    },
    close,
  };
}
