import { hash } from 'node:crypto';
import type { DeliveredRecord } from './delivered-record.ts';

/** An invocation takes 6 MB of base64, which is this many bytes of data and partition keys. */
export const maxBatchBytes = 4_500_000;

/** Returns the bytes of a record that count for `maxBytes`. */
export function recordBytes({ partitionKey, data }: DeliveredRecord): number {
  return data.length + Buffer.byteLength(partitionKey);
}

/**
 * Distributes the records over at most `laneCount` lanes, so that all records of one partition key are in one lane
 * and in order. (It uses the end of the MD5: the start is the same for a whole partition.)
 */
export function lanesOf(
  records: readonly DeliveredRecord[],
  laneCount: number,
): readonly (readonly DeliveredRecord[])[] {
  if (laneCount === 1) return [records];
  const lanes = new Map<number, DeliveredRecord[]>();
  for (const record of records) {
    const lane = Number.parseInt(hash('md5', record.partitionKey, 'hex').slice(-8), 16) % laneCount;
    const others = lanes.get(lane);
    if (others === undefined) lanes.set(lane, [record]);
    else others.push(record);
  }
  return [...lanes.values()];
}

/** Limits of one batch. */
export interface BatchLimits {
  /** At least 1. */
  readonly maxRecords: number;
  /** Data and partition keys together; one record is always within the limit. */
  readonly maxBytes: number;
}

/** Cuts the records, in order, into batches within the limits. */
export function batchesOf(
  records: readonly DeliveredRecord[],
  { maxRecords, maxBytes }: BatchLimits,
): readonly (readonly DeliveredRecord[])[] {
  const batches: DeliveredRecord[][] = [];
  let current: DeliveredRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += recordBytes(record);
    if (current.length === 0 || current.length === maxRecords || bytes > maxBytes) {
      current = [];
      batches.push(current);
      bytes = recordBytes(record);
    }
    current.push(record);
  }
  return batches;
}
