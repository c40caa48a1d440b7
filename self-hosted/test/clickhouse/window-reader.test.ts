import { afterAll, beforeAll } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { createNotifyingStore } from '../../../lib/pipeline/windows/notifying-store.ts';
import { describeWindowReader } from '../../../test/contract/window-reader.contract.ts';
import { windowsFixture } from '../../../test/contract/windows-fixture.ts';
import { insertRows } from '../../clickhouse/insert-rows.ts';
import { readRow, sizeOfKey } from '../../clickhouse/window-row.ts';
import { createModelReader } from '../../clickhouse/window-reader.ts';
import { emptyModel, openServingDatabase } from './database.ts';

let database: Awaited<ReturnType<typeof openServingDatabase>>;
beforeAll(async () => {
  database = await openServingDatabase();
});
afterAll(() => database.remove());

describeWindowReader('on ClickHouse', async () => {
  const { clickHouse, tables, model } = database;
  const objects = new InMemoryObjectStore();
  let version = 0n;
  const store = createNotifyingStore(objects, {
    async notify(keys) {
      version += 1n;
      const rows = await Promise.all(
        keys.map((key) => readRow(key, sizeOfKey(key) ?? 'minute', version, objects)),
      );
      await insertRows(tables.windowsOf(model.id), rows, clickHouse);
    },
  });
  const reader = createModelReader({ clickHouse, tables, model: () => model });
  return windowsFixture(store, reader, () => emptyModel(model, database));
});
