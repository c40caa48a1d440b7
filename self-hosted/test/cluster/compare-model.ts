import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { openClickHouse } from '../../clickhouse/client.ts';
import { buildingOf, readModels, servingOf } from '../../clickhouse/models.ts';
import { tablesIn } from '../../clickhouse/tables.ts';
import { placeOf, sizeOfKey } from '../../clickhouse/window-row.ts';
import { parseClusterConfig } from '../../config.ts';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { openStore } from '../../open-store.ts';
import { aggregatesPrefix } from '../../../lib/domain/keys.ts';

export interface ModelComparison {
  readonly windows: number;
  /** Places of windows that ClickHouse does not have as the store does. */
  readonly differing: readonly string[];
}

const rowSchema = z.object({
  size: z.string(),
  customer_segment: z.string(),
  start_minute: z.coerce.number(),
  requests: z.coerce.number(),
  etag: z.string(),
});

/** Compares each window of the store, and its requests, with ClickHouse. */
export async function compareModel(cluster: LocalCluster): Promise<ModelComparison> {
  const config = parseClusterConfig(cluster.env);
  if (config.clickHouse === undefined) throw new Error('The cluster has no ClickHouse.');
  const clickHouse = openClickHouse(config.clickHouse);
  const tables = tablesIn(config.clickHouse.database);
  const { store, close } = openStore(config);
  try {
    const model = servingOf(await readModels(clickHouse, tables));
    if (model === undefined) return { windows: 0, differing: ['there is no model'] };
    const rows = await clickHouse.rows(
      `SELECT size, customer_segment, start_minute, requests, etag FROM ${tables.windowsOf(model.id)} FINAL`,
      rowSchema,
    );
    const found = new Map(
      rows.map((row) => [
        `${row.size} ${row.customer_segment} ${row.start_minute}`,
        `${row.requests} ${row.etag}`,
      ]),
    );
    const differing: string[] = [];
    let windows = 0;
    for await (const key of store.list(aggregatesPrefix)) {
      const size = sizeOfKey(key);
      const object = await store.get(key);
      if (size === undefined || object === undefined) continue;
      const place = placeOf(key, size);
      const name = `${place.size} ${place.customer_segment} ${place.start_minute}`;
      const requests = /"requests":(\d+)/.exec(object.body.toString())?.[1];
      if (found.get(name) !== `${requests} ${object.etag}`) differing.push(name);
      found.delete(name);
      windows += 1;
    }
    return { windows, differing: [...differing, ...found.keys()].slice(0, 10) };
  } finally {
    close();
    await clickHouse.close();
  }
}

/** Removes all windows of the model that serves, as a fault of ClickHouse's disk may. Its positions stay. */
export function loseWindows(cluster: LocalCluster): Promise<void> {
  return damageModel(cluster, (table) => `DELETE FROM ${table} WHERE is_deleted = 0`);
}

/** Does to the table of the model that serves, as soon as none is under construction, what a statement says. */
export async function damageModel(
  cluster: LocalCluster,
  statement: (table: string) => string,
): Promise<void> {
  const config = parseClusterConfig(cluster.env);
  if (config.clickHouse === undefined) throw new Error('The cluster has no ClickHouse.');
  const clickHouse = openClickHouse(config.clickHouse);
  const tables = tablesIn(config.clickHouse.database);
  try {
    let models = await readModels(clickHouse, tables);
    // One that takes the place of this model would have all rows: after a wipe, each projector begins one.
    while (buildingOf(models) !== undefined) {
      await sleep(200);
      models = await readModels(clickHouse, tables);
    }
    const model = servingOf(models);
    if (model === undefined) throw new Error('There is no model.');
    await clickHouse.run(statement(tables.windowsOf(model.id)));
  } finally {
    await clickHouse.close();
  }
}
