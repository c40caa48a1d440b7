import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { encodeAnnouncement } from '../../../lib/domain/announcement.ts';
import { customerSegmentOf, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import type { VersionedKey } from '../../../lib/ports/object-versions.ts';
import type { ServedWindow } from '../../../lib/ports/window-reader.ts';
import { windowsFixture } from '../../../test/contract/windows-fixture.ts';
import { customer, windowStart } from '../../../test/factories.ts';
import { compareWithStore } from '../../clickhouse/compare-with-store.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import { migrations } from '../../clickhouse/migrations.ts';
import { isLost, readModels } from '../../clickhouse/models.ts';
import { projectPartition } from '../../clickhouse/project-partition.ts';
import { sweep } from '../../clickhouse/sweep.ts';
import { createModelReader } from '../../clickhouse/window-reader.ts';
import { ModelChanged } from '../../clickhouse/write-position.ts';
import { OwnedPartition } from '../../kafka/consumer/owned-partition.ts';
import { logger } from '../kafka/source-fixture.ts';
import { emptyModel, emptyTopic, openDatabase, openServingDatabase } from './database.ts';

const clock = { now: () => new Date('2026-01-05T00:00:00Z') };
const axon = customer('cus-axon');
const start = windowStart('2025-12-28T18:03:00Z');
const key = minuteKey(axon, start);

describe('the read model', () => {
  let database: Awaited<ReturnType<typeof openServingDatabase>>;
  let store: InMemoryObjectStore;
  let windows: ReturnType<typeof windowsFixture>;
  /** Offset of the next record. */
  let end: bigint;

  beforeAll(async () => {
    database = await openServingDatabase();
  });
  afterAll(() => database.remove());
  beforeEach(() => {
    end = 0n;
    store = new InMemoryObjectStore();
    windows = windowsFixture(store, createModelReader({ ...database, model: () => database.model }), () =>
      emptyModel(database.model, database),
    );
  });
  afterEach(() => windows.close());

  const write = (paths: readonly string[], customerId = axon) =>
    windows.write({ customerId, windowSize: 'minute', windowStart: start, paths });

  /** Projects announcements of keys, or other records; resolves when they are done, rejects if the work ends. */
  async function project(
    announced: readonly (ObjectKey | Buffer)[],
    models = [database.model],
  ): Promise<void> {
    let finish = () => {};
    const done = new Promise<void>((resolve) => (finish = resolve));
    const partition = new OwnedPartition({ topic: 'windows', partition: 0 }, end, (change) => {
      if (change === 'done') finish();
    });
    const records = announced.map((each, place) => ({
      offset: end + BigInt(place),
      key: typeof each === 'string' ? customerSegmentOf(each) : 'a',
      value: typeof each === 'string' ? encodeAnnouncement(each) : each,
      appendedAt: clock.now(),
    }));
    end += BigInt(records.length);
    partition.add(records, end);
    const working = projectPartition(partition, models, { ...database, store, clock, logger });
    await Promise.race([done, working]);
    partition.stop();
    await working;
  }

  async function read(): Promise<readonly ServedWindow[]> {
    const found: ServedWindow[] = [];
    const range = {
      customerId: axon,
      windowSize: 'minute',
      from: start,
      to: windowStart('2025-12-29T00:00:00Z'),
    } as const;
    for await (const window of windows.reader.windows(range, 4)) found.push(window);
    return found;
  }
  async function failedRecords(): Promise<readonly string[]> {
    const keys: string[] = [];
    for await (const each of store.list('failed/')) keys.push(each);
    return keys;
  }
  const requestsRead = async () => (await read()).map(({ requests }) => requests);
  const current = async () => {
    const [model] = await readModels(database.clickHouse, database.tables);
    if (model === undefined) throw new Error('There is no model.');
    return model;
  };

  it('has a window once, however often it is announced, and then what was written last', async () => {
    await write(['GET /']);
    await project([key, key]);
    await project([key], [await current()]);
    expect(await requestsRead()).toEqual([1]);
    await store.delete(key);
    await write(['GET /a', 'GET /b']);
    await project([key], [await current()]);
    expect(await requestsRead()).toEqual([2]);
    expect((await current()).positions).toEqual(new Map([[0, 4n]]));
  });

  it('keeps what a later announcement brought, if an earlier one is brought in after it', async () => {
    await write(['GET /']);
    await project([key, key]);
    const before = await current();
    await store.delete(key);
    await project([key], [before]);
    expect(await requestsRead()).toEqual([]);
    // Another process, which had read the window before it was deleted, goes on.
    await write(['GET /']);
    end = 0n;
    await project([key], [before]);
    expect(await requestsRead()).toEqual([]);
  });

  it('keeps an announcement of a window that ClickHouse refuses, and has all others', async () => {
    const table = database.tables.windowsOf(database.model.id);
    await database.clickHouse.run(
      `ALTER TABLE ${table} ADD CONSTRAINT no_poison CHECK customer_id != 'cus-poison'`,
    );
    const names = ['cus-1', 'cus-2', 'cus-poison', 'cus-3', 'cus-axon'];
    for (const name of names) await write(['GET /'], customer(name));
    await project(names.map((name) => minuteKey(customer(name), start)));
    await database.clickHouse.run(`ALTER TABLE ${table} DROP CONSTRAINT no_poison`);
    const rows = await database.clickHouse.rows(
      `SELECT customer_id FROM ${table} FINAL ORDER BY customer_id`,
      z.object({ customer_id: z.string() }),
    );
    expect(rows.map((row) => row.customer_id)).toEqual(['cus-1', 'cus-2', 'cus-3', 'cus-axon']);
    expect(await failedRecords()).toEqual(['failed/windows/0/2']);
    expect((await current()).positions).toEqual(new Map([[0, 5n]]));
  });

  it('keeps a record that can never be read, and goes on', async () => {
    await write(['GET /']);
    await project([Buffer.from('?'), key]);
    expect(await requestsRead()).toEqual([1]);
    expect(await failedRecords()).toEqual(['failed/windows/0/0']);
  });

  it('stops at a window of a newer version', async () => {
    await store.put(key, Buffer.from('{"formatVersion":99,\n"partialIds":""}\n'), { ifNoneMatch: '*' });
    await expect(project([key])).rejects.toThrow(/newer version/);
    expect((await current()).positions).toEqual(new Map([[0, 0n]]));
  });

  it('does not go on behind an old copy that was restored while it worked', async () => {
    await write(['GET /']);
    await project([key, key]);
    const later = await current();
    await emptyModel(database.model, database); // the copy of before
    await expect(project([key], [later])).rejects.toThrow(ModelChanged);
    expect((await current()).positions).toEqual(new Map([[0, 0n]]));
  });

  it.each([
    ['emptied', 'TRUNCATE TABLE'],
    ['dropped', 'DROP TABLE'],
  ])('is lost and not read after its table was %s', async (_how, verb) => {
    const own = await openServingDatabase();
    try {
      const reader = createModelReader({ ...own, model: () => own.model });
      expect(await reader.customers({ after: undefined, limit: 10 })).toMatchObject({ customers: [] });
      await own.clickHouse.run(`${verb} ${own.tables.windowsOf(own.model.id)}`);
      await expect(reader.customers({ after: undefined, limit: 10 })).rejects.toThrow(Unavailable);
      await migrate(own.clickHouse, own.tables);
      const [model] = await readModels(own.clickHouse, own.tables);
      expect(model && isLost(model, emptyTopic)).toBe(true);
    } finally {
      await own.remove();
    }
  });

  it('does not go on if the rows are gone that were just inserted', async () => {
    await write(['GET /']);
    const { clickHouse } = database;
    const wiping = {
      ...clickHouse,
      async insert(...args: Parameters<typeof clickHouse.insert>) {
        await clickHouse.insert(...args);
        await emptyModel(database.model, database);
      },
    };
    const partition = new OwnedPartition({ topic: 'windows', partition: 0 }, 0n, () => undefined);
    partition.add([{ offset: 0n, key: 'a', value: encodeAnnouncement(key), appendedAt: clock.now() }], 1n);
    const ports = { ...database, clickHouse: wiping, store, clock, logger };
    await expect(projectPartition(partition, [database.model], ports)).rejects.toThrow(ModelChanged);
  });

  it('is not read when it is less far than a barrier has seen it', async () => {
    await write(['GET /']);
    await project([key]);
    const seen = await current();
    const reader = createModelReader({ ...database, model: () => seen });
    const range = { after: undefined, limit: 10 };
    expect(await reader.customers(range)).toEqual({ customers: [], next: undefined });
    await emptyModel(database.model, database);
    await expect(reader.customers(range)).rejects.toThrow(Unavailable);
  });

  it('is compared with the store: windows that are missing, left over or of another version are announced again', async () => {
    const names = ['cus-a', 'cus-a-b', 'cus-axon', 'cus-left'] as const;
    const [a, ab, , left] = names.map((name) => minuteKey(customer(name), start));
    if (a === undefined || ab === undefined || left === undefined) throw new Error('There are four.');
    for (const name of names) await write(['GET /'], customer(name));
    await project([a, ab, key, left]);
    const topic = { ...emptyTopic, ends: new Map([[0, 4n]]) };
    const ports = { ...database, store, versions: versionsOf(store), readTopic: async () => topic };
    const compare = (segment?: string) => compareWithStore(ports, segment);
    const announced: ObjectKey[] = [];
    const notifier = { notify: async (keys: readonly ObjectKey[]) => void announced.push(...keys) };
    const sweepOnce = () => sweep({ ...ports, notifier, logger }, new AbortController().signal);
    expect(await compare()).toEqual({ windows: 4, keys: [], isCutOff: false });
    await store.delete(left);
    await store.delete(a);
    await write(['GET /', 'GET /b'], customer('cus-a'));
    await write(['GET /'], customer('cus-b'));
    const differing = [a, minuteKey(customer('cus-b'), start), left];
    expect((await compare()).keys.toSorted()).toEqual(differing);
    expect((await compare('cus-a')).keys).toEqual([a]);
    expect((await compare('cus-axon')).keys).toEqual([]);
    expect(await sweepOnce()).toBe(differing.length);
    expect(announced.toSorted()).toEqual(differing);
    await project(announced);
    topic.ends.set(0, end);
    expect(await sweepOnce()).toBe(0);
    expect(announced).toHaveLength(differing.length);
  });
});

describe('migrations', () => {
  it('can run at the same time and again, and a database of a newer version is refused', async () => {
    const { clickHouse, tables, remove } = openDatabase();
    try {
      await Promise.all([migrate(clickHouse, tables), migrate(clickHouse, tables)]);
      const further = {
        number: 2,
        name: 'a further one',
        database: () => [`CREATE TABLE ${tables.database}.further (x UInt8) ENGINE = Memory`],
        windows: () => [],
      };
      await migrate(clickHouse, tables, [...migrations, further]);
      await migrate(clickHouse, tables, [...migrations, further]); // the table is not made twice
      await expect(migrate(clickHouse, tables)).rejects.toThrow(/migration 2/);
    } finally {
      await remove();
    }
  });
});

describe('a model is lost', () => {
  const model = {
    id: 1,
    state: 'serving' as const,
    topicId: 'topic',
    partitions: 2,
    ageSeconds: 1,
    positions: new Map([
      [0, 5n],
      [1, 7n],
    ]),
  };
  const offsets = (...each: readonly bigint[]) =>
    new Map(each.map((offset, partition) => [partition, offset]));
  const topic = { id: 'topic', starts: offsets(5n, 0n), ends: offsets(5n, 9n) };

  it('only if the topic cannot bring it on', () => {
    expect(isLost(model, topic)).toBe(false);
  });
  it.each([
    ['records were deleted that it does not have', { ...topic, starts: offsets(5n, 8n) }],
    ['the topic ends before its position', { ...topic, ends: offsets(4n, 9n) }],
    ['the topic was made anew', { ...topic, id: 'other' }],
    ['the topic has more partitions', { ...topic, starts: offsets(5n, 0n, 0n), ends: offsets(5n, 9n, 0n) }],
  ])('if %s', (_why, found) => {
    expect(isLost(model, found)).toBe(true);
  });
});

function versionsOf(store: InMemoryObjectStore) {
  return {
    async *listVersions(prefix: string): AsyncGenerator<VersionedKey> {
      for await (const each of store.list(prefix)) {
        const object = await store.get(each);
        if (object !== undefined) yield { key: each, version: object.etag };
      }
    },
  };
}
