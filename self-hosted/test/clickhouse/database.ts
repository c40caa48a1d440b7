import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openClickHouse, type ClickHouse } from '../../clickhouse/client.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import {
  beginModel,
  readModels,
  serveModel,
  type Model,
  type WindowsTopic,
} from '../../clickhouse/models.ts';
import { insertPositions } from '../../clickhouse/position-rows.ts';
import { tablesIn, type Tables } from '../../clickhouse/tables.ts';

/** A database of its own for some tests. */
export interface TestDatabase {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly remove: () => Promise<void>;
}

/** A topic with one partition, without records. */
export const emptyTopic: WindowsTopic = {
  id: 'topic',
  starts: new Map([[0, 0n]]),
  ends: new Map([[0, 0n]]),
};

/** Opens an empty database, without a table. */
export function openDatabase(): TestDatabase {
  const database = `test_${randomBytes(6).toString('hex')}`;
  const clickHouse = openClickHouse({
    url: inject('services').clickHouseUrl,
    database,
    username: 'default',
    password: '',
    caFile: undefined,
    sweepMilliseconds: undefined,
  });
  return {
    clickHouse,
    tables: tablesIn(database),
    async remove() {
      await clickHouse.run(`DROP DATABASE IF EXISTS ${database}`);
      await clickHouse.close();
    },
  };
}

/** Opens a database with an empty model that serves. */
export async function openServingDatabase(): Promise<TestDatabase & { readonly model: Model }> {
  const opened = openDatabase();
  const { clickHouse, tables } = opened;
  await migrate(clickHouse, tables);
  await beginModel(1, emptyTopic, clickHouse, tables);
  const [model] = await readModels(clickHouse, tables);
  if (model === undefined) throw new Error('There is no model.');
  await serveModel(model, clickHouse, tables);
  return { ...opened, model };
}

/** Removes all windows, and sets the position back to the start. */
export async function emptyModel(
  { id }: Pick<Model, 'id'>,
  { clickHouse, tables }: Pick<TestDatabase, 'clickHouse' | 'tables'>,
): Promise<void> {
  await clickHouse.run(`TRUNCATE TABLE ${tables.windowsOf(id)}`);
  await insertPositions(tables.windowsOf(id), emptyTopic.ends, clickHouse);
}
