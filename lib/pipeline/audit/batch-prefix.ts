import { batchIdFromPayload } from '../../domain/batch-id.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { batchKey } from '../../domain/keys.ts';

/** What the keys of all of a customer's batches start with. */
export function batchPrefix(customerId: CustomerId): string {
  const anyOfThem = batchKey(customerId, batchIdFromPayload(''));
  return anyOfThem.slice(0, anyOfThem.lastIndexOf('/') + 1);
}
