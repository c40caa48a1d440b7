import { minuteStartedBy } from '../domain/timestamp.ts';
import type { EpochMinute } from '../domain/epoch-minute.ts';

/** The customer and minute in the partition key of a record. */
export interface PartitionKeyParts {
  readonly customer: string;
  /** The minute of its window; `undefined` if the key has none. */
  readonly minute: EpochMinute | undefined;
}

/** Reads a partition key that `partitionKeyOf` of the domain wrote; any other key counts as a customer of its own. */
export function readPartitionKey(partitionKey: string): PartitionKeyParts {
  const end = partitionKey.lastIndexOf('/');
  const minute = end < 0 ? undefined : minuteStartedBy(partitionKey.slice(end + 1));
  return { customer: minute === undefined ? partitionKey : partitionKey.slice(0, end), minute };
}
