import type { Database } from 'lmdb';
import { UnreadableFormat } from '../../lib/errors.ts';

/**
 * The sequence number through which each consumer has done everything. Checkpoints of consumers that are gone are
 * kept: together with the entry of `endOfPartition` they determine the last sequence number of a partition (see
 * `Partition`).
 */
export type Checkpoints = Database<unknown, [stream: string, consumer: string, partition: number]>;

/**
 * Not a consumer: stores the last sequence number that was assigned, if records at the end of a partition were
 * deleted.
 */
export const endOfPartition = '';

export interface Checkpoint {
  readonly consumer: string;
  readonly partition: number;
  readonly sequence: number;
}

/** Returns all checkpoints of a stream. */
export function checkpointsOf(stream: string, checkpoints: Checkpoints): readonly Checkpoint[] {
  const found: Checkpoint[] = [];
  for (const { key, value } of checkpoints.getRange({ start: [stream, '', 0] })) {
    if (key[0] !== stream) break;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw new UnreadableFormat(
        `The checkpoint ${JSON.stringify(key)} is not a number: the log is damaged.`,
      );
    }
    found.push({ consumer: key[1], partition: key[2], sequence: value });
  }
  return found;
}
