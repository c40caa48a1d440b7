import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { openClickHouse, type ClickHouse } from '../../clickhouse/client.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import { beginModel, readModels, serveModel, type WindowsTopic } from '../../clickhouse/models.ts';
import type { SeenModel } from '../../clickhouse/served-model.ts';
import { tablesIn, type Tables } from '../../clickhouse/tables.ts';

/** A database of its own for one test, with a model that serves. */
export interface TestDatabase {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly model: SeenModel;
  remove(): Promise<void>;
}

/** A topic with one partition. */
export const oneTopic: WindowsTopic = { id: 'topic', starts: new Map([[0, 0n]]), ends: new Map([[0, 0n]]) };

/** Opens an empty database, without a table. */
export function openDatabase(): Omit<TestDatabase, 'model'> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  const url = inject('services').clickHouseUrl;
  const clickHouse = openClickHouse({
    url,
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

export async function openServingDatabase(): Promise<TestDatabase> {
  const opened = openDatabase();
  const { clickHouse, tables } = opened;
  await migrate(clickHouse, tables);
  await beginModel(1, oneTopic, clickHouse, tables);
  const [model] = await readModels(clickHouse, tables);
  if (model === undefined) throw new Error('There is no model.');
  await serveModel(model, clickHouse, tables);
  return { ...opened, model };
}
