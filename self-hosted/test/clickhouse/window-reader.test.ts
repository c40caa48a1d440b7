import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { createNotifyingStore } from '../../../lib/pipeline/windows/notifying-store.ts';
import { describeWindowReader } from '../../../test/contract/window-reader.contract.ts';
import { windowsFixture } from '../../../test/contract/windows-fixture.ts';
import { insertRows } from '../../clickhouse/insert-rows.ts';
import { readRow, sizeOfKey } from '../../clickhouse/window-row.ts';
import { createModelReader } from '../../clickhouse/window-reader.ts';
import { openServingDatabase } from './database.ts';

describeWindowReader('on ClickHouse', async () => {
  const { clickHouse, tables, model, remove } = await openServingDatabase();
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
  return windowsFixture(store, createModelReader({ clickHouse, tables, model: () => model }), remove);
});
