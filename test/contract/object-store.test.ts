import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { s3Client } from '../aws/clients.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { describeObjectStore } from './object-store.contract.ts';

const noBackoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 0, random: () => 0 });

describeObjectStore('in memory', async () => ({ store: new InMemoryObjectStore(), close: async () => {} }));

describeObjectStore('in a directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  const store = await openObjectDirectory(root);
  const close = async (): Promise<void> => {
    await store.close();
    await rm(root, { recursive: true });
  };
  return { store, close };
});

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
