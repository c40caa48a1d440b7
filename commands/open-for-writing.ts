import { windowsPrefix } from '../lib/domain/keys.ts';
import type { Streams } from '../lib/pipeline/streams/streams.ts';
import { createLogger } from '../lib/logger.ts';
import { openLocalStore, type LocalStore } from '../local-store/open-local-store.ts';
import type { OperatorIo } from './io.ts';

/** The store of the emulator, and the names of its queues. */
export interface WritableStore extends LocalStore {
  readonly streams: Streams;
  readonly queueNames: readonly string[];
  /** Name of the queue that the writes of minutes are announced to; empty if there is none. */
  readonly rollUpQueueName: string;
}

/**
 * Makes this process the owner of an existing data directory, like an emulator in which no function runs: notifications of
 * its writes go to the queues, and wait for the next start.
 * @throws DirectoryInUse     an emulator or another command owns it; the message names it
 * @throws ServiceUnreadable  `serverless.yml` cannot be read
 * @throws UnreadableFormat   a newer version of this program wrote it
 */
export async function openForWriting(
  directory: string,
  { clock, stderr, describeService }: OperatorIo,
): Promise<WritableStore> {
  const write = (line: string) => void stderr.write(line);
  const logger = createLogger({ level: 'warn', clock, write });
  const { streamNames, ...service } = await describeService();
  const store = await openLocalStore(directory, { ...service, clock, logger });
  const rollUpRule = service.notifications.find(({ prefix }) => prefix === windowsPrefix('minute'));
  return {
    ...store,
    streams: { insights: store.stream(streamNames.insights), late: store.stream(streamNames.late) },
    queueNames: service.queues.map(({ name }) => name),
    rollUpQueueName: rollUpRule?.queueName ?? '',
  };
}
