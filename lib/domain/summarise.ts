import type { BatchId } from './batch-id.ts';
import type { CountingRules } from './counting-rules.ts';
import type { CustomerId } from './customer-id.ts';
import { countEntries } from './dimensions.ts';
import { groupBy } from './group-by.ts';
import type { LogEntry } from './log-entry.ts';
import { encodePartial, partialId, partitionKeyOf, type WindowPartial } from './partial.ts';
import { endedBefore, windowStartOf } from './window.ts';

/** A batch of which it is to be said what it adds to which windows. */
export interface SummarisedBatch {
  readonly customerId: CustomerId;
  readonly batchId: BatchId;
  readonly payloadHash: string;
  readonly storedAt: Date;
  readonly entries: readonly LogEntry[];
}

export interface SummariseOptions {
  readonly rules: CountingRules;
  /** A window that ended longer before `storedAt` than this is late. */
  readonly allowedLatenessSeconds: number;
  /** What a stream record may hold, its partition key included. */
  readonly maxRecordBytes: number;
}

/** A partial and the bytes that every emission of it sends. */
export interface EncodedPartial extends Pick<WindowPartial, 'windowStart' | 'part' | 'isLate'> {
  /** Entries that it counts; `undefined` in a batch that an earlier version stored. */
  readonly requests?: number | undefined;
  readonly data: Buffer;
}

/**
 * What the batch adds to each of its minute windows, in the order of time. A window whose partial would not fit into a
 * stream record gets several, each of a share of the entries.
 */
export function summarise(batch: SummarisedBatch, options: SummariseOptions): EncodedPartial[] {
  const idOfPart = memoise((part) => partialId(batch.batchId, batch.payloadHash, part));
  return [...groupBy(batch.entries, ({ minute }) => minute)]
    .sort(([a], [b]) => a - b)
    .flatMap(([minute, entries]) => {
      const windowStart = windowStartOf(minute);
      const isLate = endedBefore(windowStart, 'minute', batch.storedAt, options.allowedLatenessSeconds);
      const { customerId } = batch;
      const maxDataBytes = options.maxRecordBytes - partitionKeyOf(customerId, windowStart).length;

      const encode = (share: readonly LogEntry[], part: number): EncodedPartial[] => {
        const counts = countEntries(share, options.rules);
        const partial = {
          customerId,
          windowStart,
          id: idOfPart(part),
          part,
          isLate,
          requests: share.length,
          counts,
        };
        const data = encodePartial(partial);
        if (data.length <= maxDataBytes) {
          return [{ windowStart, part, isLate, requests: share.length, data }];
        }
        const half = Math.ceil(share.length / 2);
        const first = encode(share.slice(0, half), part);
        return [...first, ...encode(share.slice(half), part + first.length)];
      };
      return encode(entries, 0);
    });
}

function memoise<T>(valueOf: (index: number) => T): (index: number) => T {
  const values: T[] = [];
  return (index) => (values[index] ??= valueOf(index));
}
