import * as z from 'zod';
import { CannotStart } from '../cannot-start.ts';
import { isAbsent, type ClickHouse } from './client.ts';
import { dimensionColumns, migrations as all, type Migration } from './migrations.ts';
import type { Tables } from './tables.ts';

const appliedSchema = z.object({ number: z.coerce.number(), applied_to: z.string() });

/**
 * Brings the database to the schema of this version: runs each migration that is not recorded, in order, and records
 * it. Several processes may do so at one time.
 * @throws CannotStart  a newer version has migrated the database
 */
export async function migrate(
  clickHouse: ClickHouse,
  tables: Tables,
  migrations: readonly Migration[] = all,
): Promise<void> {
  await clickHouse.run(`CREATE DATABASE IF NOT EXISTS ${tables.database}`);
  await clickHouse.run(
    `CREATE TABLE IF NOT EXISTS ${tables.migrations} (
      number UInt32, applied_to String, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
    ) ENGINE = ReplacingMergeTree ORDER BY (number, applied_to)`,
  );
  const applied = await readApplied(clickHouse, tables);
  const newest = migrations.at(-1)?.number ?? 0;
  const newer = applied.find(({ number }) => number > newest);
  if (newer !== undefined) {
    throw new CannotStart(
      `The database ${tables.database} in ClickHouse has migration ${newer.number}, and this version of the program knows ` +
        `migrations up to ${newest}. Start the version that migrated it.`,
    );
  }
  for (const migration of migrations) {
    if (applied.some(({ number, applied_to: to }) => number === migration.number && to === '')) continue;
    for (const statement of migration.database(tables)) await clickHouse.run(statement);
    await record(migration, '', clickHouse, tables);
  }
  const models = await clickHouse.rows(
    `SELECT DISTINCT model FROM ${tables.models}`,
    z.object({ model: z.coerce.number() }),
  );
  for (const { model } of models) {
    try {
      await migrateWindows(model, clickHouse, tables, migrations);
    } catch (error) {
      if (!isAbsent(error)) throw error; // without its table the model is lost, and another one takes its place
    }
  }
}

/** Creates the table of a model, or brings it to the schema of this version. */
export async function migrateWindows(
  model: number,
  clickHouse: ClickHouse,
  tables: Tables,
  migrations: readonly Migration[] = all,
): Promise<void> {
  const table = tables.windowsOf(model);
  const applied = await readApplied(clickHouse, tables);
  for (const migration of migrations) {
    if (applied.some(({ number, applied_to: to }) => number === migration.number && to === table)) continue;
    for (const statement of migration.windows(table)) await clickHouse.run(statement);
    await record(migration, table, clickHouse, tables);
  }
  for (const statement of dimensionColumns(table)) await clickHouse.run(statement);
}

function readApplied(clickHouse: ClickHouse, tables: Tables) {
  return clickHouse.rows(`SELECT number, applied_to FROM ${tables.migrations} FINAL`, appliedSchema);
}

async function record(
  { number, name }: Migration,
  appliedTo: string,
  clickHouse: ClickHouse,
  tables: Tables,
): Promise<void> {
  await clickHouse.insert(tables.migrations, [{ number, applied_to: appliedTo, name }]);
}
