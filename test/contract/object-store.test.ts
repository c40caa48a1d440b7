import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import { realFileOperations } from '../../local-store/object-directory/file-operations.ts';
import { s3Client } from '../aws/clients.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { describeObjectStore } from './object-store.contract.ts';
import { temporaryObjectDirectory } from './temporary-object-directory.ts';

const noBackoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 0, random: () => 0 });

describeObjectStore('in memory', async () => ({ store: new InMemoryObjectStore(), close: async () => {} }));

// With the thread that writes in the emulator, the long test runs it: each start of a thread takes a tenth of a second.
describeObjectStore('in a directory', () => temporaryObjectDirectory({ operations: realFileOperations }));

describeObjectStore('on S3', async () => {
  const server = await startS3Server('logs', new InMemoryObjectStore());
  const client = s3Client(server.endpoint);
  return {
    store: createS3ObjectStore({ client, bucket: 'logs', backoff: noBackoff }),
    async close() {
      client.destroy();
      await server.close();
    },
  };
});
