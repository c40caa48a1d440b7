import * as z from 'zod';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Offsets } from '../../lib/ports/topic-offsets.ts';
import { isAbsent, type ClickHouse } from './client.ts';
import { migrateWindows } from './migrate.ts';
import { insertPositions, readPositions } from './position-rows.ts';
import type { Tables } from './tables.ts';

/** A table of windows, and how far it is. */
export interface Model {
  /** Grows with each model. */
  readonly id: number;
  /** `serving`: answers come from it. */
  readonly state: 'building' | 'serving';
  /** The topic that its positions belong to; a topic that was made anew has another one. */
  readonly topicId: string;
  readonly partitions: number;
  /** Time since it was begun, or serves. */
  readonly ageSeconds: number;
  /** Everything that was announced before these offsets is in the table. */
  readonly positions: Offsets;
}

/** The topic `windows` at one time. */
export interface WindowsTopic {
  readonly id: string;
  readonly starts: Offsets;
  readonly ends: Offsets;
}

const modelSchema = z.object({
  model: z.coerce.number(),
  topic_id: z.string(),
  partitions: z.coerce.number(),
  is_serving: z.coerce.number(),
  age: z.coerce.number(),
});

/** Reads all models, the oldest first; an empty server has none. */
export async function readModels(clickHouse: ClickHouse, tables: Tables): Promise<readonly Model[]> {
  try {
    const models = await clickHouse.rows(
      `SELECT model, topic_id, partitions, is_serving, dateDiff('second', changed_at, now64(3)) AS age FROM ${tables.models} FINAL ORDER BY model`,
      modelSchema,
    );
    return await Promise.all(
      models.map(
        async ({ model: id, topic_id: topicId, partitions, is_serving: isServing, age: ageSeconds }) => ({
          id,
          state: isServing === 1 ? ('serving' as const) : ('building' as const),
          topicId,
          partitions,
          ageSeconds,
          positions: await positionsOf(id, clickHouse, tables),
        }),
      ),
    );
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Reads the positions of a model; one whose table is gone has none. */
async function positionsOf(id: number, clickHouse: ClickHouse, tables: Tables): Promise<Offsets> {
  try {
    return await readPositions(tables.windowsOf(id), clickHouse);
  } catch (error) {
    if (isAbsent(error)) return new Map();
    throw error;
  }
}

/** Returns the model that answers come from. */
export function servingOf(models: readonly Model[]): Model | undefined {
  return models.findLast(({ state }) => state === 'serving');
}

/** Returns the model under construction: the oldest of those that began after the one that serves. */
export function buildingOf(models: readonly Model[]): Model | undefined {
  const after = servingOf(models)?.id ?? 0;
  return models.find(({ id, state }) => state === 'building' && id > after);
}

/** Returns the id of a further model, which is greater than those of all others. */
export function nextModelId(models: readonly Model[], clock: Clock): number {
  return Math.max(clock.now().getTime(), (models.at(-1)?.id ?? 0) + 1);
}

/** Reports whether a model is less far than it was: its rows are gone, or an old copy of them was restored. */
export function hasGoneBack(before: Model, now: Model): boolean {
  return [...before.positions].some(
    ([partition, position]) => (now.positions.get(partition) ?? -1n) < position,
  );
}

/** Reports whether a model has everything that was announced before these offsets. */
export function hasReached({ positions }: Model, ends: Offsets): boolean {
  return [...ends].every(([partition, end]) => (positions.get(partition) ?? 0n) >= end);
}

/**
 * Reports whether a model can never be exact again: the topic is another one or has more partitions, so that its
 * offsets mean something else, or records were deleted that it does not have.
 * @param topic  read after the model
 */
export function isLost(
  { topicId, partitions, positions }: Model,
  { id, starts, ends }: WindowsTopic,
): boolean {
  if (topicId !== id || partitions !== ends.size) return true;
  return [...ends].some(([partition, end]) => {
    const position = positions.get(partition);
    return position === undefined || position < (starts.get(partition) ?? 0n) || position > end;
  });
}

/**
 * Begins a model: creates its table, with the ends of the topic as its positions. Its construction lists the store after
 * this, so that everything announced before them is in it.
 */
export async function beginModel(
  id: number,
  topic: WindowsTopic,
  clickHouse: ClickHouse,
  tables: Tables,
): Promise<void> {
  await migrateWindows(id, clickHouse, tables);
  await insertPositions(tables.windowsOf(id), topic.ends, clickHouse);
  // Last: a model without positions is none.
  await clickHouse.insert(tables.models, [
    { model: id, topic_id: topic.id, partitions: topic.ends.size, is_serving: 0 },
  ]);
}

/** Lets answers come from a model, and analysts read it. */
export async function serveModel(model: Model, clickHouse: ClickHouse, tables: Tables): Promise<void> {
  const { id, topicId, partitions } = model;
  await clickHouse.insert(tables.models, [{ model: id, topic_id: topicId, partitions, is_serving: 1 }]);
  await pointView(id, clickHouse, tables);
}

const columnSchema = z.object({ name: z.string() });
/** Columns that only the projector needs. */
const hidden: ReadonlySet<string> = new Set(['version', 'is_deleted', 'customer_segment', 'start_minute']);

/** Makes the view for analysts read the table of a model. */
export async function pointView(id: number, clickHouse: ClickHouse, tables: Tables): Promise<void> {
  const columns = await clickHouse.rows(
    'SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String} ORDER BY position',
    columnSchema,
    { database: tables.database, table: `windows_${id}` },
  );
  const names = columns.map(({ name }) => name).filter((name) => !hidden.has(name));
  await clickHouse.run(
    `CREATE OR REPLACE VIEW ${tables.view} AS SELECT ${names.join(', ')} FROM ${tables.windowsOf(id)} FINAL`,
  );
}

/** Time after which no process reads or writes a model that another has replaced. */
const dropAfterSeconds = 10;

/** Removes the models that a newer one has replaced for some time. */
export async function dropReplaced(
  models: readonly Model[],
  clickHouse: ClickHouse,
  tables: Tables,
): Promise<void> {
  const serving = servingOf(models);
  for (const { id } of models) {
    if (serving === undefined || id >= serving.id || serving.ageSeconds < dropAfterSeconds) continue;
    await clickHouse.run(`DROP TABLE IF EXISTS ${tables.windowsOf(id)} SYNC`);
    for (const table of [tables.rebuilds, tables.models]) {
      await clickHouse.run(`DELETE FROM ${table} WHERE model = {id:UInt64}`, { id });
    }
  }
}
