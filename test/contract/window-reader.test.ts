import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import { windowKey } from '../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { encodeWindow } from '../../lib/domain/window-format.ts';
import { createObjectWindowReader } from '../../lib/pipeline/query/object-window-reader.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { WindowReader } from '../../lib/ports/window-reader.ts';
import { KnownCustomers } from '../../local-store/known-customers.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { s3Client } from '../aws/clients.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { instant } from '../factories.ts';
import {
  describeWindowReader,
  type WindowReaderFixture,
  type WrittenWindow,
} from './window-reader.contract.ts';

const noBackoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 0, random: () => 0 });

describeWindowReader('of objects in memory', async () => {
  const store = new InMemoryObjectStore();
  return fixtureOf(store, createObjectWindowReader(store), async () => {});
});

describeWindowReader('of objects in a directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  const objects = await openObjectDirectory(root);
  const customers = new KnownCustomers(root, objects);
  const store = customers.observed(objects);
  const reader = createObjectWindowReader(store, customers);
  return fixtureOf(store, reader, async () => {
    await objects.close();
    await rm(root, { recursive: true });
  });
});

describeWindowReader('of objects on S3', async () => {
  const root = await mkdtemp(join(tmpdir(), 's3-'));
  const behind = await openObjectDirectory(root);
  const server = await startS3Server('logs', behind);
  const client = s3Client(server.endpoint);
  const store = createS3ObjectStore({ client, bucket: 'logs', backoff: noBackoff });
  return fixtureOf(store, createObjectWindowReader(store), async () => {
    client.destroy();
    await server.close();
    await behind.close();
    await rm(root, { recursive: true });
  });
});

function fixtureOf(
  store: ObjectStore,
  reader: WindowReader,
  close: () => Promise<void>,
): WindowReaderFixture {
  const keyOf = (window: Omit<WrittenWindow, 'paths'>) =>
    windowKey(window.customerId, window.windowSize, window.windowStart);
  return {
    reader,
    async write(window) {
      await store.put(keyOf(window), bodyOf(window), { ifNoneMatch: '*' });
    },
    remove: (window) => store.delete(keyOf(window)),
    async damage(window) {
      const object = await store.get(keyOf(window));
      if (object === undefined) throw new Error('There is no window to damage.');
      const body = Buffer.from(object.body.toString('latin1').replace('"GET /":1', '"GET /":-'), 'latin1');
      await store.put(keyOf(window), body, { ifMatch: object.etag });
    },
    close,
  };
}

function bodyOf({ customerId, windowSize, windowStart, paths }: WrittenWindow): Buffer {
  const window = {
    customerId,
    windowStart,
    requests: paths.length,
    revision: 1,
    lateRequests: 0,
    updatedAt: instant('2025-12-31T00:00:00Z'),
    counts: {
      requestsByPath: new Map(paths.map((path) => [path, 1])),
      requestsByUserAgent: new Map([['curl', paths.length]]),
      requestsByStatus: new Map<string, number>(),
    },
  };
  return windowSize === 'minute'
    ? encodeWindow({ ...window, batches: 1, partialIds: Buffer.alloc(16) })
    : encodeRolledUp({ ...window, windowSize });
}
