import { isAbsent, QueryRefused, type ClickHouse } from './client.ts';
import { positionPlace, positionsIn } from './position-rows.ts';
import type { Tables } from './tables.ts';
import type { WindowRow } from './window-row.ts';

/** The server is not as this process left it: it was wiped, or an old copy was restored. Positions are read again. */
export class ModelChanged extends Error {
  override readonly name = 'ModelChanged';
}

export interface PositionMove {
  readonly model: number;
  readonly partition: number;
  /** The position that was read or written last. */
  readonly from: bigint;
  readonly to: bigint;
  /** A row of each block that was inserted for this move. */
  readonly inserted: readonly WindowRow[];
}

/** The exception of `throwIf`. */
const thrown = 395;

/**
 * Moves the position of a partition after its rows were inserted. The statement itself checks that the server still has
 * the position before and these rows: an old copy may have been restored since this process looked.
 * @throws ModelChanged  the server does not have them
 */
export async function writePosition(
  { model, partition, from, to, inserted }: PositionMove,
  clickHouse: ClickHouse,
  tables: Tables,
): Promise<void> {
  const table = tables.windowsOf(model);
  const rowChecks = inserted.map(
    (_row, place) => `AND (SELECT throwIf(count() = 0) FROM ${table}
      WHERE size = {size${place}:String} AND customer_segment = {segment${place}:String}
        AND start_minute = {start${place}:UInt32} AND version >= {version${place}:UInt64}) = 0`,
  );
  const parameters: Record<string, unknown> = { partition, from: String(from), to: String(to) };
  for (const [place, row] of inserted.entries()) {
    parameters[`size${place}`] = row.size;
    parameters[`segment${place}`] = row.customer_segment;
    parameters[`start${place}`] = row.start_minute;
    parameters[`version${place}`] = row.version;
  }
  try {
    await clickHouse.run(
      `INSERT INTO ${table} (size, customer_segment, start_minute, version, is_deleted)
       SELECT '${positionPlace.size}', '${positionPlace.customer_segment}', {partition:UInt32}, {to:UInt64}, 1
       WHERE (SELECT throwIf(count() = 0 OR max(position) < {from:UInt64}) FROM (${positionsIn(table)})
         WHERE partition = {partition:UInt32}) = 0 ${rowChecks.join(' ')}`,
      parameters,
    );
  } catch (error) {
    if (isAbsent(error) || (error instanceof QueryRefused && error.code === thrown)) {
      throw new ModelChanged('ClickHouse is not as this process left it.', { cause: error });
    }
    throw error;
  }
}
