import { NewerFormat } from '../../errors.ts';
import {
  beginIndexUpdate,
  updateCustomerIndex,
  type IndexPorts,
} from '../customer-index/update-customer-index.ts';

/**
 * Drops expired days from a customer's entry of the index. It comes before the deletion of the days: a customer without
 * days is not visited again. What a newer version wrote is left to that.
 */
export async function dropExpiredDays(segment: string, ports: IndexPorts): Promise<void> {
  try {
    const begun = await beginIndexUpdate(segment, ports.store);
    if (begun.stored.etag !== undefined)
      await updateCustomerIndex(segment, { begun, days: new Map() }, ports);
  } catch (error) {
    if (!(error instanceof NewerFormat)) throw error;
  }
}
