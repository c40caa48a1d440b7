import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore, createS3ObjectVersions } from '../../lib/adapters/s3-object-store.ts';
import { customerIndexPrefix } from '../../lib/domain/keys.ts';
import { indexCustomers } from '../../lib/pipeline/customer-index/index-customers.ts';
import { createObjectWindowReader } from '../../lib/pipeline/query/object-window-reader.ts';
import { notifyingObjectStore } from '../../local-store/notifications.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { realFileOperations } from '../../local-store/object-directory/file-operations.ts';
import { ChangeCounts } from '../../local-store/object-versions.ts';
import { s3Client } from '../aws/clients.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { describeWindowReader } from './window-reader.contract.ts';
import { clock, windowsFixture } from './windows-fixture.ts';

const noQueues = {
  queue(name: string): never {
    throw new RangeError(`There is no queue "${name}".`);
  },
};
const noBackoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 0, random: () => 0 });

describeWindowReader('of objects in memory', async () => {
  const store = new InMemoryObjectStore();
  await indexCustomers({ store, clock }, { settleSeconds: 0, maxSeconds: 10 });
  return windowsFixture(store, createObjectWindowReader(store), async () => {});
});

describeWindowReader('of objects in memory, before all customers are indexed', async () => {
  const store = new InMemoryObjectStore();
  return windowsFixture(store, createObjectWindowReader(store), async () => {});
});

describeWindowReader('of objects in a directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  const objects = await openObjectDirectory(root, { operations: realFileOperations });
  const versions = new ChangeCounts(customerIndexPrefix, objects);
  const store = notifyingObjectStore(objects, {
    rules: [],
    queues: noQueues,
    region: 'us-east-1',
    clock,
    onChanged: (key) => versions.note(key),
  });
  await indexCustomers({ store, clock }, { settleSeconds: 0, maxSeconds: 10 });
  return windowsFixture(store, createObjectWindowReader(store, versions), async () => {
    await objects.close();
    await rm(root, { recursive: true });
  });
});

describeWindowReader('of objects on S3', async () => {
  // Written behind the server: the contract is about reading, and requests take most of the time.
  const objects = new InMemoryObjectStore();
  const server = await startS3Server('logs', objects);
  const client = s3Client(server.endpoint);
  const store = createS3ObjectStore({ client, bucket: 'logs', backoff: noBackoff });
  const versions = createS3ObjectVersions({ client, bucket: 'logs' });
  await indexCustomers({ store: objects, clock }, { settleSeconds: 0, maxSeconds: 10 });
  return windowsFixture(objects, createObjectWindowReader(store, versions), async () => {
    client.destroy();
    await server.close();
  });
});
