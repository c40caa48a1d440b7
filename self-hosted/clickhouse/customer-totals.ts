import * as z from 'zod';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { segmentOfCustomer } from '../../lib/domain/keys.ts';
import { customerIdSchema } from '../../lib/domain/stored-document.ts';
import { windowStartOf } from '../../lib/domain/window.ts';
import type {
  CustomerTotals,
  CustomerTotalsPage,
  CustomerTotalsRange,
} from '../../lib/ports/window-reader.ts';
import { minuteOf, type ModelQuery } from './model-query.ts';

/** A larger sum than 2^53 − 1 is that, as in the reader on the store. */
const sumSchema = z.coerce.number().transform((sum) => Math.min(sum, Number.MAX_SAFE_INTEGER));
const totalSchema = z.object({
  customer_segment: z.string(),
  customer: customerIdSchema,
  requests_sum: sumSchema,
  errors_sum: sumSchema,
  first_minute: z.coerce.number(),
  last_minute: z.coerce.number(),
});
type Total = z.output<typeof totalSchema>;

/** Lists customers with their totals, by the same pages as the reader on the store. */
export async function customerTotalsIn(
  range: CustomerTotalsRange,
  query: ModelQuery,
): Promise<CustomerTotalsPage> {
  const { customerId, sort, after, limit } = range;
  if (customerId !== undefined) {
    const segment = segmentOfCustomer(customerId);
    const [total] = await read('customer_segment = {only:String}', 'customer_segment', { only: segment });
    return { customers: total === undefined ? [] : [answered(total)], next: undefined };
  }
  if (sort === 'name') {
    const behind = after === undefined ? '1' : 'customer_segment > {after:String}';
    const rows = await read(behind, 'customer_segment', { after });
    const page = rows.slice(0, limit);
    const customers = page.map(answered).sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
    return { customers, next: rows.length > limit ? page.at(-1)?.customer_segment : undefined };
  }
  const [requests = '', name = ''] = (after ?? '').split(' ');
  const behind =
    after === undefined
      ? '1'
      : '(requests_sum < {requests:UInt64} OR (requests_sum = {requests:UInt64} AND customer > {name:String}))';
  const rows = await read(behind, 'requests_sum DESC, customer', { requests, name });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    customers: page.map(answered),
    // No name has a space.
    next: rows.length > limit && last !== undefined ? `${last.requests_sum} ${last.customer}` : undefined,
  };

  function read(
    isBehind: string,
    order: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<readonly Total[]> {
    return query.rows(
      (
        table,
        isCurrent,
      ) => `SELECT customer_segment, customer, requests_sum, errors_sum, first_minute, last_minute
        FROM (
          SELECT customer_segment, any(customer_id) AS customer, sum(requests) AS requests_sum, sum(errors) AS errors_sum
          FROM ${table}
          WHERE ${isCurrent} AND size = 'day' AND start_minute >= {from:UInt32} AND start_minute < {to:UInt32}
          GROUP BY customer_segment HAVING requests_sum > 0 AND ${isBehind}
          ORDER BY ${order} LIMIT {limit:UInt32}
        ) AS days
        INNER JOIN (
          SELECT customer_segment, min(start_minute) AS first_minute, max(start_minute) AS last_minute
          FROM ${table}
          WHERE size = 'minute' AND start_minute >= {from:UInt32} AND start_minute < {to:UInt32}
          GROUP BY customer_segment
        ) AS minutes USING customer_segment
        ORDER BY ${order}`,
      totalSchema,
      { ...parameters, from: minuteOf(range.from), to: minuteOf(range.to), limit: limit + 1 },
    );
  }
}

function answered(total: Total): CustomerTotals {
  return {
    customerId: total.customer,
    requests: total.requests_sum,
    errors: total.errors_sum,
    firstWindow: windowStartOf(total.first_minute as EpochMinute),
    lastWindow: windowStartOf(total.last_minute as EpochMinute),
  };
}
