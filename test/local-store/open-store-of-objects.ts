import { createLogger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { realFileOperations } from '../../local-store/object-directory/file-operations.ts';
import { openLocalStore, type LocalStore } from '../../local-store/open-local-store.ts';

/** Opens a local store that has no streams and no queues, and writes objects without a thread of its own. */
export function openStoreOfObjects(directory: string, clock: Clock): Promise<LocalStore> {
  return openLocalStore(directory, {
    clock,
    logger: createLogger({ level: 'warn', clock, write: () => {} }),
    region: 'us-east-1',
    operations: realFileOperations,
    streams: {},
    queues: [],
    notifications: [],
  });
}
