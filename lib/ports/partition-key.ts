import { minuteStartedBy } from '../domain/timestamp.ts';
import type { EpochMinute } from '../domain/epoch-minute.ts';

/** What a stream learns from the partition key of a record. */
export interface PartitionKeyParts {
  readonly customer: string;
  /** The minute of its window; `undefined` where the key names none. */
  readonly minute: EpochMinute | undefined;
}

/** Reads what `partitionKeyOf` of the domain wrote; any other key is a customer of its own. */
export function readPartitionKey(partitionKey: string): PartitionKeyParts {
  const end = partitionKey.lastIndexOf('/');
  const minute = end < 0 ? undefined : minuteStartedBy(partitionKey.slice(end + 1));
  return { customer: minute === undefined ? partitionKey : partitionKey.slice(0, end), minute };
}
