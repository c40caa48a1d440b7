import {
  decodeCustomerIndexing,
  encodeCustomerIndexing,
  type CustomerIndexing,
} from '../../domain/customer-indexing-format.ts';
import { decodeObject } from '../../domain/decode-object.ts';
import { customerIndexingKey, customerIndexKeyOfSegment, customerSegmentOf } from '../../domain/keys.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { firstWindowBehind } from './customers-of-windows.ts';
import { updateCustomerIndex, type IndexPorts } from './update-customer-index.ts';

export interface IndexingPorts extends IndexPorts {
  readonly clock: Clock;
}

export interface IndexingOptions {
  /**
   * Time in which functions of an earlier version, which do not keep the index, may still run beside this one. Only what
   * is looked at after it counts.
   */
  readonly settleSeconds: number;
  /** Time after which nothing new begins; another call continues. */
  readonly maxSeconds: number;
}

/**
 * Indexes customers whose days an earlier version has rolled up. It is called again and again, and does nothing once
 * all are indexed. Killed anywhere, it goes on from the last position that was stored: an entry that is there is passed
 * over.
 * @returns whether all customers are indexed
 * @throws Unavailable  the store cannot be read or written now; safe to repeat
 */
export async function indexCustomers(
  ports: IndexingPorts,
  { settleSeconds, maxSeconds }: IndexingOptions,
): Promise<boolean> {
  const { store, clock } = ports;
  const startedAt = clock.now();
  const object = await store.get(customerIndexingKey);
  const stored = object && decodeObject(customerIndexingKey, object.body, decodeCustomerIndexing);
  if (stored?.completedAt !== undefined) return true;
  const begun = stored ?? { begunAt: startedAt, after: undefined, completedAt: undefined };
  const isSettled = startedAt.getTime() - begun.begunAt.getTime() >= settleSeconds * 1_000;
  if (!isSettled && stored !== undefined) return false;

  const deadline = startedAt.getTime() + maxSeconds * 1_000;
  const progress = isSettled ? await goOn(begun, deadline, ports) : begun;
  try {
    const condition = object ? { ifMatch: object.etag } : ({ ifNoneMatch: '*' } as const);
    await store.put(customerIndexingKey, encodeCustomerIndexing(progress), condition);
  } catch (error) {
    // Somebody else indexes as well, and its position is as true.
    if (!(error instanceof PreconditionFailed)) throw error;
    return false;
  }
  return progress.completedAt !== undefined;
}

async function goOn(
  begun: CustomerIndexing,
  deadline: number,
  ports: IndexingPorts,
): Promise<CustomerIndexing> {
  const { store, clock } = ports;
  let { after } = begun;
  while (clock.now().getTime() < deadline) {
    const day = await firstWindowBehind(after, 'day', store);
    if (day === undefined) return { ...begun, after, completedAt: clock.now() };
    after = customerSegmentOf(day);
    const entry = await store.get(customerIndexKeyOfSegment(after), { firstBytes: 0 });
    if (entry === undefined) await updateCustomerIndex(after, 'all', ports);
  }
  return { ...begun, after };
}
