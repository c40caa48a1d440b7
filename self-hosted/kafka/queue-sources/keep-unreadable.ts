import { nameOfRecord } from '../../../lib/domain/failed-record.ts';
import { NewerFormat, Unavailable, type UnreadableFormat } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/logger.ts';
import { keepFailedRecord } from '../../../lib/pipeline/failed-records/keep-failed-record.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { NewerVersionNeeded } from '../consumer/role-stopped.ts';
import type { HeldRecord } from './held-records.ts';

export interface KeepUnreadablePorts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps a record that can never be read under `failed/{topic}/{partition}/{offset}`, with its cause, and returns true;
 * false if it cannot be kept now.
 * @throws NewerVersionNeeded  a newer version wrote it
 */
export async function isKept(
  held: HeldRecord,
  error: UnreadableFormat,
  { store, clock, logger }: KeepUnreadablePorts,
): Promise<boolean> {
  const { topic, partition, record } = held;
  const facts = { topic, partition, offset: String(record.offset) };
  const failed = {
    stream: topic,
    partition: String(partition),
    sequenceNumber: String(record.offset),
    partitionKey: record.key,
    data: record.value,
    cause: error.message,
    failedAt: clock.now(),
  };
  if (error instanceof NewerFormat) throw new NewerVersionNeeded(nameOfRecord(failed), error);
  try {
    await keepFailedRecord(failed, store);
  } catch (failure) {
    if (!(failure instanceof Unavailable)) throw failure;
    logger.warn('A record that can never be read could not be kept; it is tried again', {
      ...facts,
      error: failure,
    });
    return false;
  }
  logger.error('A record can never be read and is kept as a failed record', { ...facts, error });
  return true;
}
