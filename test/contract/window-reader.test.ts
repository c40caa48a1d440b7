import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore, createS3ObjectVersions } from '../../lib/adapters/s3-object-store.ts';
import {
  customerIndexKey,
  customerIndexPrefix,
  customerSegmentOfIndex,
  minuteKey,
  windowKey,
} from '../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { encodeWindow } from '../../lib/domain/window-format.ts';
import { enclosingWindowStart } from '../../lib/domain/window.ts';
import { indexCustomers } from '../../lib/pipeline/customer-index/index-customers.ts';
import { updateCustomerIndex } from '../../lib/pipeline/customer-index/update-customer-index.ts';
import { createObjectWindowReader } from '../../lib/pipeline/query/object-window-reader.ts';
import { recomputeWindow } from '../../lib/pipeline/roll-up/recompute-window.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { WindowReader } from '../../lib/ports/window-reader.ts';
import { notifyingObjectStore } from '../../local-store/notifications.ts';
import { openObjectDirectory } from '../../local-store/object-directory.ts';
import { ChangeCounts } from '../../local-store/object-versions.ts';
import { s3Client } from '../aws/clients.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { countsWith, instant } from '../factories.ts';
import {
  describeWindowReader,
  type WindowReaderFixture,
  type WrittenWindow,
} from './window-reader.contract.ts';

const clock = { now: () => instant('2026-01-05T00:00:00Z') };
const limits = { maxKeysPerDimension: 10_000, maxKeyTextBytes: 1_048_576 };
const noQueues = {
  queue(name: string): never {
    throw new RangeError(`There is no queue "${name}".`);
  },
};
const noBackoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 0, random: () => 0 });

describeWindowReader('of objects in memory', async () => {
  const store = new InMemoryObjectStore();
  await indexCustomers({ store, clock }, { settleSeconds: 0, maxSeconds: 10 });
  return fixtureOf(store, createObjectWindowReader(store), async () => {});
});

describeWindowReader('of objects in memory, before all customers are indexed', async () => {
  const store = new InMemoryObjectStore();
  return fixtureOf(store, createObjectWindowReader(store), async () => {});
});

describeWindowReader('of objects in a directory', async () => {
  const root = await mkdtemp(join(tmpdir(), 'object-directory-'));
  const objects = await openObjectDirectory(root);
  const versions = new ChangeCounts(customerIndexPrefix, objects);
  const store = notifyingObjectStore(objects, {
    rules: [],
    queues: noQueues,
    region: 'us-east-1',
    clock,
    onChanged: (key) => versions.note(key),
  });
  await indexCustomers({ store, clock }, { settleSeconds: 0, maxSeconds: 10 });
  return fixtureOf(store, createObjectWindowReader(store, versions), async () => {
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
  const versions = createS3ObjectVersions({ client, bucket: 'logs' });
  await indexCustomers({ store, clock }, { settleSeconds: 0, maxSeconds: 10 });
  return fixtureOf(store, createObjectWindowReader(store, versions), async () => {
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
    async count({ customerId, windowStart, requestsByStatus }) {
      const key = minuteKey(customerId, windowStart);
      const requests = Object.values(requestsByStatus).reduce((sum, each) => sum + each, 0) || 1;
      const paths = Array.from({ length: requests }, (_, path) => `GET /${path}`);
      const minute = { customerId, windowSize: 'minute', windowStart, paths } as const;
      await store.put(key, bodyOf(minute, requestsByStatus), { ifNoneMatch: '*' });
      await rollUp([{ messageId: '1', key }], { store, clock }, { limits, maxSeconds: 60 });
    },
    async uncount({ customerId, windowStart }) {
      await store.delete(minuteKey(customerId, windowStart));
      const ports = { store, clock };
      for (const size of ['hour', 'day'] as const) {
        const key = windowKey(customerId, size, enclosingWindowStart(windowStart, size));
        if ((await recomputeWindow(key, size, ports, limits)).kind === 'absent') await store.delete(key);
      }
      await updateCustomerIndex(customerSegmentOfIndex(customerIndexKey(customerId)), 'all', ports);
    },
    async damage(window) {
      const object = await store.get(keyOf(window));
      if (object === undefined) throw new Error('There is no window to damage.');
      const body = Buffer.from(object.body.toString('latin1').replace('"GET /":1', '"GET /":-'), 'latin1');
      await store.put(keyOf(window), body, { ifMatch: object.etag });
    },
    close,
  };
}

function bodyOf(
  { customerId, windowSize, windowStart, paths }: WrittenWindow,
  requestsByStatus: Readonly<Record<number, number>> = {},
): Buffer {
  const window = {
    customerId,
    windowStart,
    requests: paths.length,
    revision: 1,
    lateRequests: 0,
    updatedAt: instant('2025-12-31T00:00:00Z'),
    counts: countsWith({
      requestsByPath: new Map(paths.map((path) => [path, 1])),
      requestsByUserAgent: new Map([['curl', paths.length]]),
      requestsByStatus: new Map(Object.entries(requestsByStatus)),
    }),
  };
  return windowSize === 'minute'
    ? encodeWindow({ ...window, batches: 1, partialIds: Buffer.alloc(16) })
    : encodeRolledUp({ ...window, windowSize });
}
