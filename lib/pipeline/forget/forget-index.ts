import { customerIndexKey, customerSegmentOfIndex } from '../../domain/keys.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { NewerFormat } from '../../errors.ts';
import { updateCustomerIndex, type IndexPorts } from '../customer-index/update-customer-index.ts';
import type { Removal } from './remove-object.ts';

/** Makes a customer's entry of the index again of what is left of its windows, and removes it if nothing is. */
export async function forgetIndex(customerId: CustomerId, ports: IndexPorts): Promise<Removal> {
  const key = customerIndexKey(customerId);
  const wasThere = (await ports.store.get(key, { firstBytes: 0 })) !== undefined;
  try {
    const outcome = await updateCustomerIndex(customerSegmentOfIndex(key), 'all', ports);
    if (outcome === 'absent') return wasThere ? 'removed' : 'absent';
    return outcome === 'unchanged' ? 'kept' : 'removed';
  } catch (error) {
    if (error instanceof NewerFormat) return 'unknown';
    throw error;
  }
}
