import * as z from 'zod';
import type { Offsets } from '../../lib/ports/topic-offsets.ts';
import type { ClickHouse } from './client.ts';

/**
 * Positions of a model are rows of its own table of windows, so that a table which was emptied, or restored from an old
 * copy, has no position or an earlier one. Each is the row of an absent window of no customer, which readers of windows
 * never see: its minute is the partition, and its version is the position.
 */
export const positionPlace = { size: 'minute', customer_segment: '' } as const;

const positionSchema = z.object({ partition: z.coerce.number(), position: z.coerce.bigint() });

/** Returns a query of the positions in a table of windows: the columns `partition` and `position`. */
export function positionsIn(table: string): string {
  return `SELECT start_minute AS partition, max(version) AS position FROM ${table}
    WHERE size = '${positionPlace.size}' AND customer_segment = '${positionPlace.customer_segment}' GROUP BY start_minute`;
}

/** Reads the positions in a table of windows. */
export async function readPositions(table: string, clickHouse: ClickHouse): Promise<Offsets> {
  const rows = await clickHouse.rows(positionsIn(table), positionSchema);
  return new Map(rows.map(({ partition, position }) => [partition, position]));
}

/** Writes positions without looking at those before. */
export async function insertPositions(
  table: string,
  positions: Offsets,
  clickHouse: ClickHouse,
): Promise<void> {
  const rows = Array.from(positions, ([partition, position]) => {
    return { ...positionPlace, start_minute: partition, version: String(position), is_deleted: 1 };
  });
  await clickHouse.insert(table, rows);
}
