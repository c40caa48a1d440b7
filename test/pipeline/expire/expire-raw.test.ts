import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failedRecordKey } from '../../../lib/domain/keys.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { expire, type ExpireReporter } from '../../../lib/pipeline/expire/expire.ts';
import { keepFailedRecord } from '../../../lib/pipeline/failed-records/keep-failed-record.ts';
import type { WindowPartial } from '../../../lib/domain/partial.ts';
import { createRetention } from '../../../lib/pipeline/expire/retention.ts';
import { temporaryDirectory } from '../../commands/counted-directory.ts';
import { receivedRecord, windowPartial, foldingLimits as limits } from '../../factories.ts';
import { ingestEntry } from '../ingest-entry.ts';
import { openStoreOfObjects } from '../../local-store/open-store-of-objects.ts';

const day = 86_400_000;

/** Opens a data directory with the expiry of its raw objects. */
async function openRaw(rawBatchDays: number | undefined) {
  const directory = await temporaryDirectory();
  let now = Date.now();
  const clock = { now: () => new Date(now) };
  const local = await openStoreOfObjects(directory, clock);
  const store = local.objects;
  const stream = createInMemoryEventStream({ clock });
  const kept: string[] = [];
  const deleted: Record<string, number> = {};
  let days = rawBatchDays;
  const place = (key: string) => join(directory, 'objects', key);
  const age = async (key: string, ageDays: number) => {
    const date = new Date(Date.now() - ageDays * day);
    await utimes(place(key), date, date);
  };

  return {
    store,
    clock,
    kept,
    deleted,
    close: () => local.close(),
    setDays: (given: number | undefined) => void (days = given),
    pass: (milliseconds: number) => void (now += milliseconds),
    age,
    /** Stores a batch as if it had been stored this many days ago. */
    async storeBatch(key: string, ageDays: number, { isCounted = true, fileAgeDays = ageDays } = {}) {
      const itsClock = { now: () => new Date(Date.now() - ageDays * day) };
      await ingestEntry(key, { store, stream, clock: itsClock });
      const records = stream.drain().map(({ data }) => receivedRecord(key, data));
      if (isCounted) await aggregate(records, { store, clock }, limits);
      await age(`batches/cus-axon/k-${key}`, fileAgeDays);
    },
    async putFailed(sequenceNumber: string, ageDays: number, partial: WindowPartial) {
      const record = { ...receivedRecord(sequenceNumber, partial), stream: 'insights', partition: 'shard-0' };
      await keepFailedRecord({ ...record, cause: 'a test', failedAt: clock.now() }, store);
      await age(failedRecordKey('insights', 'shard-0', sequenceNumber), ageDays);
    },
    async put(key: ObjectKey, ageDays: number) {
      await store.put(key, Buffer.from('{}'), { ifNoneMatch: '*' });
      await age(key, ageDays);
    },
    async expire(maxSeconds = 60) {
      const reporter: ExpireReporter = {
        moved: () => {},
        deletedWindows: () => {},
        deletedRaw: (kind, count) => void (deleted[kind] = (deleted[kind] ?? 0) + count),
        kept: (key) => void kept.push(key),
      };
      const retention = createRetention(store, clock);
      const options = { retentionDays: undefined, rawBatchDays: days, maxSeconds, atOnce: 8 };
      await expire({ store, clock, retention, aged: local.aged }, options, reporter);
    },
    async left(): Promise<string[]> {
      const files = await readdir(join(directory, 'objects'), { recursive: true, withFileTypes: true });
      return files
        .filter((file) => file.isFile() && !file.parentPath.includes('retention'))
        .map(({ name }) => name)
        .filter((name) => !name.endsWith('.json'))
        .sort();
    },
  };
}

/** Runs until after the announcement, and after the horizon has settled. */
async function expireAll(raw: Awaited<ReturnType<typeof openRaw>>): Promise<void> {
  for (const milliseconds of [0, day, 900_000, 1_000]) {
    raw.pass(milliseconds);
    await raw.expire();
  }
}

describe('raw batches and failed records on this machine', () => {
  it('are deleted by their age, but for batches that are not proved to be counted', async () => {
    const raw = await openRaw(30);
    await raw.storeBatch('old', 40);
    await raw.storeBatch('young', 20);
    await raw.storeBatch('lost', 40, { isCounted: false });
    // A file restored from a backup, or copied with a wrong date: both dates must be old.
    await raw.storeBatch('restored', 40, { fileAgeDays: 0 });
    await raw.storeBatch('misdated', 20, { fileAgeDays: 40 });
    await raw.put(failedRecordKey('insights', 'shard-0', '1'), 40);
    await raw.put(failedRecordKey('insights', 'shard-0', '2'), 20);
    await raw.put('aws/lambda/shard-0/3' as ObjectKey, 40);
    await raw.put('batches/cus-axon/k-torn' as ObjectKey, 40);
    await raw.putFailed(
      '3',
      40,
      windowPartial({ id: 'of no window', counts: { requestsByPath: { 'GET /': 1 } } }),
    );
    await expireAll(raw);
    expect(await raw.left()).toEqual(['2', '3', 'k-lost', 'k-misdated', 'k-restored', 'k-torn', 'k-young']);
    expect(raw.deleted).toEqual({ batch: 1, 'failed record': 2 });
    expect(raw.kept).toEqual(
      expect.arrayContaining([
        'batches/cus-axon/k-lost',
        'batches/cus-axon/k-torn',
        failedRecordKey('insights', 'shard-0', '3'),
      ]),
    );
    await raw.close();
  });

  it('are kept as failed records until what they have is counted, or has expired', async () => {
    const raw = await openRaw(30);
    const partial = windowPartial({ id: 'late', counts: { requestsByPath: { 'GET /': 1 } } });
    await raw.putFailed('1', 40, partial);
    await expireAll(raw);
    expect(await raw.left()).toEqual(['1']);
    await aggregate([receivedRecord('1', partial)], { store: raw.store, clock: raw.clock }, limits);
    raw.pass(day); // the next sweep
    await raw.expire();
    raw.pass(900_000);
    await raw.expire();
    expect(await raw.left()).toEqual([]);
    await raw.close();
  });

  it('stay where their days are not set, or are raised before they are deleted', async () => {
    const raw = await openRaw(undefined);
    await raw.storeBatch('old', 40);
    await expireAll(raw);
    raw.setDays(30);
    await raw.expire();
    raw.pass(day);
    await raw.expire();
    raw.setDays(90);
    raw.pass(900_000);
    await raw.expire();
    expect(await raw.left()).toEqual(['k-old']);
    raw.setDays(undefined);
    await raw.expire();
    expect(await raw.left()).toEqual(['k-old']);
    await raw.close();
  });

  it('are deleted in steps that go on where the last one ended', async () => {
    const raw = await openRaw(30);
    const count = 600;
    for (let n = 0; n < count; n += 1) await raw.put(failedRecordKey('insights', 'shard-0', String(n)), 40);
    await raw.storeBatch('old', 40);
    await raw.expire();
    raw.pass(day);
    await raw.expire();
    raw.pass(900_000);
    const steps: number[] = [];
    for (let left = (await raw.left()).length; left > 0; left = (await raw.left()).length) {
      await raw.expire(0);
      steps.push(left);
    }
    expect(steps).toEqual([601, 600, 344, 88]);
    await raw.close();
  });
});
