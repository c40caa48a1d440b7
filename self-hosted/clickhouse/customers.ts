import * as z from 'zod';
import type { CustomerPage, CustomerRange } from '../../lib/ports/window-reader.ts';
import { customerIdSchema } from '../../lib/domain/stored-document.ts';
import type { ModelQuery } from './window-reader.ts';

const customerSchema = z.object({ customer_segment: z.string(), customer: customerIdSchema });

/** Lists customers that have days, in the order of their segments in keys, as the reader on the store does. */
export async function customersIn({ after, limit }: CustomerRange, query: ModelQuery): Promise<CustomerPage> {
  const rows = await query.rows(
    (table, isCurrent) => `SELECT customer_segment, any(customer_id) AS customer FROM ${table}
      WHERE ${isCurrent} AND size = 'day' AND customer_segment > {after:String}
      GROUP BY customer_segment ORDER BY customer_segment LIMIT {limit:UInt32}`,
    customerSchema,
    { after: after ?? '', limit: limit + 1 },
  );
  const page = rows.slice(0, limit);
  const customers = page.map(({ customer }) => customer).sort();
  return { customers, next: rows.length > limit ? page.at(-1)?.customer_segment : undefined };
}
