import type { BatchId } from './batch-id.ts';
import type { CountingRules } from './counting-rules.ts';
import type { CustomerId } from './customer-id.ts';
import { countInSteps } from './count-entries.ts';
import { areFew, leastBytesOf, writeCounts, writeFewCountsOf } from './dimensions.ts';
import type { LogEntry } from './log-entry.ts';
import type { EpochMinute } from './epoch-minute.ts';
import { finish, type Steps } from './steps.ts';
import { PartialWriter, partialId, partitionKeyOf, writeMeasures, type WindowPartial } from './partial.ts';
import { TextBytes } from './text-bytes.ts';
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
  /** The largest stream record, including its partition key. */
  readonly maxRecordBytes: number;
}

/** A partial, and the bytes that every emission of it sends. */
export interface EncodedPartial extends Pick<WindowPartial, 'windowStart' | 'part' | 'isLate'> {
  /**
   * Set if the window started far ahead when the batch was stored. Its entries are not late, but it takes the late
   * stream.
   */
  readonly isFuture?: true | undefined;
  /** Number of entries that it counts; `undefined` in batches of an earlier version. */
  readonly requests?: number | undefined;
  readonly data: Buffer;
}

/** The entries of one minute of a batch. */
export type MinuteEntries = readonly [minute: EpochMinute, entries: readonly LogEntry[]];

/** Groups the entries by minute, in time order; those of one minute keep their order. */
export function minutesOf(entries: readonly LogEntry[]): readonly MinuteEntries[] {
  const ordered = isOrdered(entries) ? entries : inOrder(entries);
  const minutes: MinuteEntries[] = [];
  let start = 0;
  for (let end = 1; end <= ordered.length; end++) {
    const minute = ordered[start]?.minute;
    if (minute === undefined || ordered[end]?.minute === minute) continue;
    minutes.push([minute, ordered.slice(start, end)]);
    start = end;
  }
  return minutes;
}

function isOrdered(entries: readonly LogEntry[]): boolean {
  let last = -1;
  for (const { minute } of entries) {
    if (minute < last) return false;
    last = minute;
  }
  return true;
}

/**
 * Sorts the entries as numbers, which takes a tenth of the time of sorting the entries: minutes have 32 bits, places
 * 20.
 */
function inOrder(entries: readonly LogEntry[]): readonly LogEntry[] {
  const places = new Float64Array(entries.length);
  let place = 0;
  for (const { minute } of entries) {
    places[place] = minute * maxEntries + place;
    place += 1;
  }
  const ordered: LogEntry[] = [];
  for (const sorted of places.sort()) {
    const entry = entries[sorted % maxEntries];
    if (entry !== undefined) ordered.push(entry);
  }
  return ordered;
}

/** A batch has fewer. */
const maxEntries = 2 ** 20;

/** Creates partials at once, as `summariseInSteps` does. */
export function summarise(
  batch: SummarisedBatch,
  minutes: readonly MinuteEntries[],
  options: SummariseOptions,
): EncodedPartial[] {
  return finish(summariseInSteps(batch, minutes, options));
}

/**
 * Creates the partials of a batch for these minute windows, in order. If a window's partial does not fit into a
 * stream record, it gets several, each with a share of the entries.
 */
export function* summariseInSteps(
  batch: SummarisedBatch,
  minutes: readonly MinuteEntries[],
  options: SummariseOptions,
): Steps<EncodedPartial[]> {
  const bytes = new TextBytes();
  const context: Encoding = {
    ...batch,
    ...options,
    bytes,
    writer: new PartialWriter(batch, bytes),
    idOfPart: memoise((part) => partialId(batch.batchId, batch.payloadHash, part)),
  };
  const partials: WrittenPartial[] = [];
  let entriesDone = 0;
  for (const [minute, entries] of minutes) {
    yield* writeWindow(minute, entries, context, partials);
    entriesDone += entries.length;
    if (entriesDone < entriesInStep) continue;
    entriesDone = 0;
    yield;
  }
  return withData(partials, bytes.copy());
}

/** Number of entries of small windows that are summarised in a step. */
const entriesInStep = 8_192;

interface Encoding extends SummarisedBatch, SummariseOptions {
  readonly bytes: TextBytes;
  readonly writer: PartialWriter;
  readonly idOfPart: (part: number) => Buffer;
}

/** A partial, and the end of its bytes, which begin at the end of the one before. */
interface WrittenPartial extends Omit<EncodedPartial, 'data'> {
  readonly end: number;
}

/** Adds the partials of one window to `partials`. */
function* writeWindow(
  minute: EpochMinute,
  entries: readonly LogEntry[],
  context: Encoding,
  partials: WrittenPartial[],
): Steps<void> {
  const { customerId, storedAt, rules, idOfPart, bytes, writer } = context;
  const windowStart = windowStartOf(minute);
  const isLate = minuteEndedBefore(minute, storedAt, context.allowedLatenessSeconds);
  const isFuture = minuteStartsAfter(minute, storedAt, context.maxFutureSeconds) || undefined;
  const maxDataBytes = context.maxRecordBytes - partitionKeyOf(customerId, windowStart).length;
  let part = 0;
  // Shares of the entries that are still to be encoded besides this one, the next one last.
  let others: (readonly LogEntry[])[] | undefined;
  for (let share: readonly LogEntry[] | undefined = entries; share !== undefined; share = others?.pop()) {
    const start = bytes.length;
    const requests = share.length;
    writer.start({ windowStart, id: idOfPart(part), part, isLate, requests });
    let pieces = 1;
    if (areFew(share) && !haveFacts(share)) {
      writeFewCountsOf(share, rules, bytes);
    } else {
      const counted = yield* countInSteps(share, rules);
      pieces = Math.ceil(leastBytesOf(counted.counts) / maxDataBytes);
      if (pieces === 1) {
        writeCounts(counted.counts, bytes);
        writeMeasures(counted, bytes);
      }
    }
    writer.end();
    if (pieces === 1 && bytes.length - start <= maxDataBytes) {
      partials.push({ windowStart, part, isLate, isFuture, requests, end: bytes.length });
      part += 1;
    } else {
      bytes.length = start;
      others ??= [];
      others.push(...cut(share, Math.max(pieces, 2)).toReversed());
    }
  }
}

function haveFacts(entries: readonly LogEntry[]): boolean {
  return entries.some(({ facts }) => facts !== undefined);
}

/** Cuts entries into shares of about the same size. */
function cut(entries: readonly LogEntry[], pieces: number): (readonly LogEntry[])[] {
  const size = Math.ceil(entries.length / pieces);
  const shares: (readonly LogEntry[])[] = [];
  for (let start = 0; start < entries.length; start += size) shares.push(entries.slice(start, start + size));
  return shares;
}

function withData(partials: readonly WrittenPartial[], bytes: Buffer): EncodedPartial[] {
  let start = 0;
  return partials.map(({ windowStart, part, isLate, isFuture, requests, end }) => {
    const data = bytes.subarray(start, end);
    start = end;
    // Written out, since with a spread each use of the object took 300 ns more.
    return isFuture === true
      ? { windowStart, part, isLate, isFuture, requests, data }
      : { windowStart, part, isLate, requests, data };
  });
}

function memoise<T>(valueOf: (index: number) => T): (index: number) => T {
  const values: T[] = [];
  return (index) => (values[index] ??= valueOf(index));
}
