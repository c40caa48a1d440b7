import { QueryRefused, type ClickHouse } from './client.ts';
import type { WindowRow } from './window-row.ts';

/** A row that the server will never take. */
export interface RefusedRow {
  readonly row: WindowRow;
  readonly cause: QueryRefused;
}

/**
 * Exceptions that the data of a row cause, which no repetition helps: texts and numbers that cannot be read or are too
 * large, and constraints that the operator has added. All others are the server's own, and pass.
 */
const causedByRow: ReadonlySet<number> = new Set([
  6, 26, 27, 38, 41, 53, 69, 70, 72, 117, 128, 131, 349, 441, 469, 691,
]);
/** Memory limit exceeded: half of the rows may fit. */
const tooLarge = 241;

/**
 * Inserts rows in one block. A block that the server refuses is halved until the rows that it refuses are alone.
 * @returns the refused rows
 * @throws Unavailable, QueryRefused  the server cannot take rows now; it is safe to repeat all of them
 */
export async function insertRows(
  table: string,
  rows: readonly WindowRow[],
  clickHouse: Pick<ClickHouse, 'insert'>,
): Promise<readonly RefusedRow[]> {
  const [row] = rows;
  if (row === undefined) return [];
  try {
    await clickHouse.insert(table, rows);
    return [];
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    const isCausedByRow = causedByRow.has(error.code);
    if (rows.length === 1) {
      if (isCausedByRow) return [{ row, cause: error }];
      throw error;
    }
    if (!isCausedByRow && error.code !== tooLarge) throw error;
  }
  const half = Math.ceil(rows.length / 2);
  const first = await insertRows(table, rows.slice(0, half), clickHouse);
  return [...first, ...(await insertRows(table, rows.slice(half), clickHouse))];
}
