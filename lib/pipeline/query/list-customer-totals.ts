import { progressFor, type AnswerProgress } from '../../domain/completeness.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { CustomerTotalsPage, CustomerTotalsRange, WindowReader } from '../../ports/window-reader.ts';

export interface CustomerTotalsPorts {
  readonly reader: Pick<WindowReader, 'customerTotals'>;
  readonly progress: CountingProgress;
}

export interface CustomerTotalsQuery extends CustomerTotalsRange {
  readonly allowedLatenessSeconds: number;
}

export interface AnsweredCustomerTotals extends CustomerTotalsPage, Pick<AnswerProgress, 'countedThrough'> {
  /** The totals hold all that was accepted for the range, which ended long ago. */
  readonly complete: boolean;
}

/** Lists customers with their totals over a range of days, and says how far these are. */
export async function listCustomerTotals(
  query: CustomerTotalsQuery,
  { reader, progress }: CustomerTotalsPorts,
): Promise<AnsweredCustomerTotals> {
  // Asked before the totals are read, so that they hold everything that does not wait at this moment.
  const counted = progressFor(await progress.of(query.customerId), true, query.allowedLatenessSeconds);
  const page = await reader.customerTotals(query);
  return { ...page, countedThrough: counted.countedThrough, complete: counted.isComplete(query) };
}
