import { InvalidRequest } from '../errors.ts';
import type { BatchId } from './batch-id.ts';
import type { CountingRules } from './counting-rules.ts';
import type { CustomerId } from './customer-id.ts';
import { countEntries } from './dimensions.ts';
import { groupBy } from './group-by.ts';
import type { LogEntry } from './log-entry.ts';
import { encodePartial, partialId, partitionKeyOf, type WindowPartial } from './partial.ts';
import { rulesForBatch } from './rules-for-batch.ts';
import { minuteEndedBefore, windowStartOf, type EpochMinute } from './window.ts';

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
  readonly data: Buffer;
}

/** A week of minutes: so a batch's partials stay few enough to be stored with it and emitted in one go. */
const maxWindowsPerBatch = 10_080;

/**
 * What the batch adds to each of its minute windows, in the order of time. A window whose partial would not fit into a
 * stream record gets several, each of a share of the entries.
 * @throws InvalidRequest  it has entries in too many minutes
 */
export function summarise(batch: SummarisedBatch, options: SummariseOptions): EncodedPartial[] {
  const minutes = groupBy(batch.entries, ({ minute }) => minute);
  // Before any of them is counted: that is most of the work.
  if (minutes.size > maxWindowsPerBatch) {
    throw new InvalidRequest(
      `The entries are of ${minutes.size} different minutes; a batch may have ${maxWindowsPerBatch}.`,
    );
  }
  const context: Encoding = {
    ...batch,
    ...options,
    rules: rulesForBatch(options.rules, batch.entries),
    idOfPart: memoise((part) => partialId(batch.batchId, batch.payloadHash, part)),
  };
  const partials: EncodedPartial[] = [];
  for (const [minute, entries] of [...minutes].sort(([a], [b]) => a - b)) {
    encodeWindow(minute, entries, context, partials);
  }
  return partials;
}

interface Encoding extends SummarisedBatch, SummariseOptions {
  readonly idOfPart: (part: number) => Buffer;
}

/** Adds the partials of one window to `partials`. */
function encodeWindow(
  minute: EpochMinute,
  entries: readonly LogEntry[],
  context: Encoding,
  partials: EncodedPartial[],
): void {
  const { customerId, rules, idOfPart } = context;
  const windowStart = windowStartOf(minute);
  const isLate = minuteEndedBefore(minute, context.storedAt, context.allowedLatenessSeconds);
  const maxDataBytes = context.maxRecordBytes - partitionKeyOf(customerId, windowStart).length;
  // Shares of the entries that are to be encoded, the next one last.
  const shares: (readonly LogEntry[])[] = [entries];
  for (let part = 0, share = shares.pop(); share !== undefined; share = shares.pop()) {
    const requests = share.length;
    const counts = countEntries(share, rules);
    const data = encodePartial({
      customerId,
      windowStart,
      id: idOfPart(part),
      part,
      isLate,
      requests,
      counts,
    });
    if (data.length <= maxDataBytes) {
      partials.push({ windowStart, part, isLate, data });
      part += 1;
    } else {
      const half = Math.ceil(requests / 2);
      shares.push(share.slice(half), share.slice(0, half));
    }
  }
}

function memoise<T>(valueOf: (index: number) => T): (index: number) => T {
  const values: T[] = [];
  return (index) => (values[index] ??= valueOf(index));
}
