import type { BatchId } from './batch-id.ts';
import type { CountingRules } from './counting-rules.ts';
import type { CustomerId } from './customer-id.ts';
import { countedText } from './dimensions.ts';
import { groupBy } from './group-by.ts';
import type { LogEntry } from './log-entry.ts';
import { partialEncoder, partialId, partitionKeyOf, type WindowPartial } from './partial.ts';
import type { EpochMinute } from './epoch-minute.ts';
import { minuteEndedBefore, minuteStartsAfter, windowStartOf } from './window.ts';

/** A batch to summarise. */
export interface SummarisedBatch {
  readonly customerId: CustomerId;
  readonly batchId: BatchId;
  readonly payloadHash: string;
  readonly storedAt: Date;
}

export interface SummariseOptions {
  readonly rules: CountingRules;
  /** A window that ended longer before `storedAt` than this is late. */
  readonly allowedLatenessSeconds: number;
  /** A window that starts longer after `storedAt` than this is in the future: nobody watches it. */
  readonly maxFutureSeconds: number;
  /** What a stream record may hold, its partition key included. */
  readonly maxRecordBytes: number;
}

/** A partial and the bytes that every emission of it sends. */
export interface EncodedPartial extends Pick<WindowPartial, 'windowStart' | 'part' | 'isLate'> {
  /**
   * The window started far ahead when the batch was stored. It is not late for its window, and takes the way of what is;
   * absent where it is not so.
   */
  readonly isFuture?: true | undefined;
  /** Entries that it counts; `undefined` in a batch that an earlier version stored. */
  readonly requests?: number | undefined;
  readonly data: Buffer;
}

/** The entries of one minute of a batch. */
export type MinuteEntries = readonly [minute: EpochMinute, entries: readonly LogEntry[]];

/** The entries by minute, in the order of time. */
export function minutesOf(entries: readonly LogEntry[]): readonly MinuteEntries[] {
  return [...groupBy(entries, ({ minute }) => minute)].sort(([a], [b]) => a - b);
}

/**
 * What the batch adds to these minute windows, in their order. A window whose partial would not fit into a stream record
 * gets several, each of a share of the entries.
 */
export function summarise(
  batch: SummarisedBatch,
  minutes: readonly MinuteEntries[],
  options: SummariseOptions,
): EncodedPartial[] {
  const context: Encoding = {
    ...batch,
    ...options,
    encode: partialEncoder(batch),
    idOfPart: memoise((part) => partialId(batch.batchId, batch.payloadHash, part)),
  };
  const lines: Lines = { partials: [], text: '' };
  for (const [minute, entries] of minutes) encodeWindow(minute, entries, context, lines);
  return withData(lines);
}

interface Encoding extends SummarisedBatch, SummariseOptions {
  readonly encode: ReturnType<typeof partialEncoder>;
  readonly idOfPart: (part: number) => Buffer;
}

/** Partials, and a line of text for each of them. */
interface Lines {
  readonly partials: Omit<EncodedPartial, 'data'>[];
  text: string;
}

/** UTF-8 has no more bytes for a UTF-16 code unit. */
const maxBytesPerCharacter = 3;

/** Adds the partials of one window to `lines`. */
function encodeWindow(
  minute: EpochMinute,
  entries: readonly LogEntry[],
  context: Encoding,
  lines: Lines,
): void {
  const { customerId, storedAt, rules, idOfPart } = context;
  const windowStart = windowStartOf(minute);
  const isLate = minuteEndedBefore(minute, storedAt, context.allowedLatenessSeconds);
  const isFuture = minuteStartsAfter(minute, storedAt, context.maxFutureSeconds) || undefined;
  const maxDataBytes = context.maxRecordBytes - partitionKeyOf(customerId, windowStart).length;
  // Shares of the entries that are to be encoded, the next one last.
  const shares: (readonly LogEntry[])[] = [entries];
  for (let part = 0, share = shares.pop(); share !== undefined; share = shares.pop()) {
    const requests = share.length;
    const countsText = countedText(share, rules);
    const text = context.encode({ windowStart, id: idOfPart(part), part, isLate, requests, countsText });
    if (text.length * maxBytesPerCharacter <= maxDataBytes || Buffer.byteLength(text) <= maxDataBytes) {
      lines.partials.push({ windowStart, part, isLate, isFuture, requests });
      lines.text += text;
      lines.text += '\n';
      part += 1;
    } else {
      const half = Math.ceil(requests / 2);
      shares.push(share.slice(half), share.slice(0, half));
    }
  }
}

/** The partials with the bytes of their lines, which are made at once: each by itself takes twice as long. */
function withData({ partials, text }: Lines): EncodedPartial[] {
  const bytes = Buffer.from(text);
  let at = 0;
  return partials.map(({ windowStart, part, isLate, isFuture, requests }) => {
    const start = at;
    const end = bytes.indexOf(lineFeed, start);
    at = end + 1;
    const data = bytes.subarray(start, end);
    return isFuture === true
      ? { windowStart, part, isLate, isFuture, requests, data }
      : { windowStart, part, isLate, requests, data };
  });
}

const lineFeed = 0x0a;

function memoise<T>(valueOf: (index: number) => T): (index: number) => T {
  const values: T[] = [];
  return (index) => (values[index] ??= valueOf(index));
}
