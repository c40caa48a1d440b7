import { QueryRefused, type ClickHouse } from './client.ts';
import { isAbsent } from './models.ts';
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
  const rowChecks = inserted.map(
    (_row, place) => `AND (SELECT throwIf(count() = 0) FROM ${tables.windowsOf(model)}
      WHERE size = {size${place}:String} AND customer_segment = {segment${place}:String}
        AND start_minute = {start${place}:UInt32} AND version >= {version${place}:UInt64}) = 0`,
  );
  const ofRows = inserted.flatMap((row, place) => [
    [`size${place}`, row.size],
    [`segment${place}`, row.customer_segment],
    [`start${place}`, row.start_minute],
    [`version${place}`, row.version],
  ]);
  try {
    await clickHouse.run(
      `INSERT INTO ${tables.positions} (model, partition, position)
       SELECT {model:UInt64}, {partition:UInt32}, {to:UInt64}
       WHERE (SELECT throwIf(count() = 0 OR max(position) < {from:UInt64}) FROM ${tables.positions}
         WHERE model = {model:UInt64} AND partition = {partition:UInt32}) = 0 ${rowChecks.join(' ')}`,
      { model, partition, from: String(from), to: String(to), ...Object.fromEntries(ofRows) },
    );
  } catch (error) {
    if (isAbsent(error) || (error instanceof QueryRefused && error.code === thrown)) {
      throw new ModelChanged('ClickHouse is not as this process left it.', { cause: error });
    }
    throw error;
  }
}
