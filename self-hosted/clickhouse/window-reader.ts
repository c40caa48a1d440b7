import * as z from 'zod';
import { decodeServedWindow, type ServedWindow } from '../../lib/domain/served-window.ts';
import { segmentOfCustomer } from '../../lib/domain/keys.ts';
import { Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import type { WindowRange, WindowReader } from '../../lib/ports/window-reader.ts';
import { QueryRefused, type ClickHouse } from './client.ts';
import { customerTotalsIn } from './customer-totals.ts';
import { customersIn } from './customers.ts';
import { minuteOf, type ModelQuery } from './model-query.ts';
import { positionsIn } from './position-rows.ts';
import type { SeenModel } from './served-model.ts';
import type { Tables } from './tables.ts';

export interface ModelReaderPorts {
  readonly clickHouse: Pick<ClickHouse, 'rows'>;
  readonly tables: Tables;
  /** @throws Unavailable  there is no model to read */
  readonly model: () => SeenModel;
}

const documentSchema = z.object({
  document: z.string(),
  start_minute: z.coerce.number(),
  found: z.coerce.number(),
});

/** Limits of a page that is read at once: memory, on both sides. */
const maxPageBytes = 4 * 1024 * 1024;
const maxPageWindows = 512;

/**
 * Creates the window reader on ClickHouse. Its answers are the same as those from the store, to the byte, since rows
 * have the documents of the windows. Pages continue where those of the reader on the store would, so that either can
 * read the next one.
 */
export function createModelReader({ clickHouse, tables, model }: ModelReaderPorts): WindowReader {
  const query: ModelQuery = {
    async rows(sql, schema, parameters) {
      const { id, partitions, positions } = model();
      // The server evaluates this first, in the same query: no older copy can come between.
      const isCurrent = `(SELECT throwIf(countIf(position >= mapFromArrays({known:Array(UInt32)}, {least:Array(UInt64)})[partition])
        < {partitions:UInt32}) FROM (${positionsIn(tables.windowsOf(id))})) = 0`;
      const known = { known: [...positions.keys()], least: Array.from(positions.values(), Number) };
      try {
        return await clickHouse.rows(sql(`${tables.windowsOf(id)} FINAL`, isCurrent), schema, {
          ...parameters,
          ...known,
          partitions,
        });
      } catch (error) {
        if (!(error instanceof QueryRefused)) throw error;
        throw new Unavailable('ClickHouse cannot answer now.', { cause: error });
      }
    },
  };
  return {
    windows: (range, atOnce) => windowsIn(range, atOnce, query),
    customers: (range) => customersIn(range, query),
    customerTotals: (range) => customerTotalsIn(range, query),
  };
}

async function* windowsIn(
  { customerId, windowSize, from, to, after, fields }: WindowRange,
  atOnce: number,
  query: ModelQuery,
): AsyncGenerator<ServedWindow> {
  const segment = segmentOfCustomer(customerId);
  let first = minuteOf(from);
  if (after !== undefined) first = Math.max(first, minuteOf(after) + 1);
  for (let limit = atOnce; ; limit = Math.min(2 * limit, maxPageWindows)) {
    const rows = await query.rows(
      (table, isCurrent) => `SELECT document, start_minute, found FROM (
          SELECT document, start_minute, count() OVER () AS found,
            sum(length(document)) OVER (ORDER BY start_minute) - length(document) AS before
          FROM (
            SELECT document, start_minute FROM ${table}
            WHERE ${isCurrent} AND size = {size:String} AND customer_segment = {segment:String}
              AND start_minute >= {first:UInt32} AND start_minute < {end:UInt32}
            ORDER BY start_minute LIMIT {limit:UInt32}
          )
        ) WHERE before < {bytes:UInt64} ORDER BY start_minute`,
      documentSchema,
      { size: windowSize, segment, first, end: minuteOf(to), limit, bytes: maxPageBytes },
    );
    for (const { document } of rows) yield decode(document, windowSize, fields);
    const last = rows.at(-1);
    if (last === undefined || (last.found < limit && rows.length === last.found)) return;
    first = last.start_minute + 1;
  }
}

function decode(
  document: string,
  size: WindowRange['windowSize'],
  fields: WindowRange['fields'],
): ServedWindow {
  const window = decodeServedWindow(Buffer.from(document), size, fields);
  if (window !== undefined) return window;
  throw new UnreadableFormat('A window is damaged: it has no end of its counts.');
}
