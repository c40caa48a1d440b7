import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { createCountingRules } from '../../lib/domain/counting-rules.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import { ingest } from '../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../lib/pipeline/ingest/read-batch.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { customer, foldingLimits as limits, receivedRecord, sentJson } from '../factories.ts';
import { withAdmission } from '../pipeline/with-admission.ts';
import { openStoreOfObjects } from '../local-store/open-store-of-objects.ts';

export interface SentBatch {
  readonly key: string;
  readonly entries: readonly object[];
  readonly customerId?: string;
  /** False for a batch that is only stored, as after a crash before it was emitted. */
  readonly isCounted?: boolean;
  /** The age of the batch by the clock of its writer; negative if that clock was ahead. */
  readonly storedSecondsAgo?: number;
}

const clock = { now: () => new Date() };
const rules = createCountingRules([]);

/** Creates a directory, and removes it after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-commands-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Creates a data directory with these batches, lets the real pipeline count them, and closes it. */
export async function countedDirectory(...batches: readonly SentBatch[]): Promise<string> {
  const directory = await temporaryDirectory();
  const local = await openStoreOfObjects(directory, clock);
  await storeCounted(batches, local.objects);
  await local.close();
  return directory;
}

/** Creates the objects of these batches in memory, counted by the real pipeline: those that a bucket has. */
export async function countedObjects(...batches: readonly SentBatch[]): Promise<ObjectStore> {
  const store = new InMemoryObjectStore();
  await storeCounted(batches, store);
  return store;
}

async function storeCounted(batches: readonly SentBatch[], store: ObjectStore): Promise<void> {
  const stream = createInMemoryEventStream({ clock });
  const ports = { store, streams: { insights: stream, late: stream }, clock };
  for (const { key, entries, customerId, isCounted = true, storedSecondsAgo = 0 } of batches) {
    const itsClock = { now: () => new Date(Date.now() - storedSecondsAgo * 1_000) };
    const sent = sentJson(key, entries, customer(customerId));
    const options = { rules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
    await ingest(await readBatch(sent, 2_097_152), withAdmission({ ...ports, clock: itsClock }), options);
    const records = stream.drain().map(({ data }, index) => receivedRecord(`${index}`, data));
    if (isCounted) await aggregate(records, ports, limits);
  }
  const notifications = [];
  for await (const key of store.list('aggregates/minute/')) notifications.push({ messageId: key, key });
  await rollUp(notifications, ports, { limits, maxSeconds: 60 });
}
