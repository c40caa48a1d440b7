import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BatchId } from './batch-id.ts';
import { UnreadableFormat } from '../errors.ts';
import type { CustomerId } from './customer-id.ts';
import { dimensions, writeCounts, type Counts } from './dimensions.ts';
import { durationSumOf, type Measures } from './measures.ts';
import { maxBytes, maxDurationMs } from './entry-facts.ts';
import { requestsIn } from './duration-buckets.ts';
import { saturatedSum } from './sums.ts';
import { readStoredCounts, storedCountsShape } from './stored-counts.ts';
import { packMeasures, toStoredMeasures } from './stored-measures.ts';
import { batchName } from './keys.ts';
import { customerIdSchema, instantSchema, readDocument, windowStartSchema } from './stored-document.ts';
import { TextBytes } from './text-bytes.ts';
import type { WindowStart } from './window.ts';

/** The addition of one batch to one minute window, or a part of it if the whole is too large for a stream record. */
export interface WindowPartial {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  /** The id that the window keeps of it: `partialIdBytes` bytes. */
  readonly id: Buffer;
  /** The number of the part, from 0. Each part is a partial of its own, with the entries that it counts. */
  readonly part: number;
  /** True if the window had ended more than the allowed lateness before the batch was stored. */
  readonly isLate: boolean;
  /** When its batch was stored; absent in partials of an earlier version, which did not say so. */
  readonly storedAt?: Date | undefined;
  readonly requests: number;
  readonly counts: Counts;
  /** Absent where no entry has facts that are summed up. */
  readonly measures?: Measures | undefined;
}

export const partialIdBytes = 16;

/**
 * The most requests of a partial. A batch has at most 200,000 entries, and batches of earlier versions (10 MiB of at
 * least 77 bytes each) had fewer; the rest allows for a version with a higher limit, whose partials are not
 * forgeries.
 */
const maxRequests = 1_000_000;

/**
 * The longest key is a method and a path (2,081 characters), and `auto` may have doubled the length of its segments.
 */
const maxKeyLength = 8_192;

/**
 * Version 1 had neither agent classes nor facts. A program that reads version 1 alone must not count a later partial: its window
 * would never get the rest.
 */
const formatVersion = 2;

const partialSchema = z.object({
  customerId: customerIdSchema,
  windowStart: windowStartSchema,
  id: z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((id) => id.length === partialIdBytes),
  part: z.int().nonnegative(),
  isLate: z.boolean(),
  storedAt: instantSchema.optional(),
  requests: z.int().positive().max(maxRequests),
  ...storedCountsShape,
});

/**
 * Returns the id of a part of a batch. It is the same in all windows of the batch, as each window has its own list of
 * ids; it differs from that of every other batch, even of one with the same idempotency key and another payload.
 */
export function partialId(batchId: BatchId, payloadHash: string, part: number): Buffer {
  const digest = createHash('sha256')
    .update(`${batchName(batchId)}/${payloadHash}/${part}`)
    .digest();
  return digest.subarray(0, partialIdBytes);
}

/**
 * Returns the partition key, which keeps records in order and gives them to one writer at a time: customer and
 * window.
 */
export function partitionKeyOf(customerId: CustomerId, windowStart: WindowStart): string {
  return `${customerId}/${windowStart}`;
}

/** Encodes the partial as the data of a stream record. */
export function encodePartial(partial: WindowPartial): Buffer {
  const bytes = new TextBytes();
  const writer = new PartialWriter(partial, bytes);
  writer.start(partial);
  writeCounts(partial.counts, bytes);
  writeMeasures(partial, bytes);
  writer.end();
  return bytes.copy();
}

/** Writes the measures behind the counts, which have the same paths in the same order. */
export function writeMeasures(
  { counts, measures }: Pick<WindowPartial, 'counts' | 'measures'>,
  into: TextBytes,
): void {
  if (measures === undefined) return;
  const { requestsByPath } = counts;
  const stored = toStoredMeasures(measures, [...requestsByPath.keys()], requestsByPath);
  into.text(`,${JSON.stringify(packMeasures(stored)).slice(1, -1)}`);
}

/** Fields that all partials of a batch share. */
type OfBatch = 'customerId' | 'storedAt';

/**
 * Writes the partials of one batch. A batch can have 10,000 with a few counts each, so the fields that they share are
 * formatted once, and the rest by hand.
 */
export class PartialWriter {
  readonly #bytes: TextBytes;
  readonly #start: Buffer;
  // In most partials these are equal to those of the one before.
  #part: Pick<WindowPartial, 'part' | 'isLate'> | undefined;
  #partText = Buffer.alloc(0);
  #id: Buffer | undefined;
  #idText = Buffer.alloc(0);

  constructor({ customerId, storedAt }: Pick<WindowPartial, OfBatch>, bytes: TextBytes) {
    const stored = storedAt === undefined ? '' : `,"storedAt":${JSON.stringify(storedAt)}`;
    this.#start = Buffer.from(
      `{"formatVersion":${formatVersion},"customerId":${JSON.stringify(customerId)}${stored},"windowStart":"`,
    );
    this.#bytes = bytes;
  }

  /** Writes the part before the counts. */
  start({
    windowStart,
    part,
    isLate,
    requests,
    id,
  }: Omit<WindowPartial, OfBatch | 'counts' | 'measures'>): void {
    if (this.#part?.part !== part || this.#part.isLate !== isLate) {
      this.#part = { part, isLate };
      this.#partText = Buffer.from(`","part":${part},"isLate":${isLate},"requests":`);
    }
    if (this.#id !== id) {
      this.#id = id;
      this.#idText = Buffer.from(`,"id":"${id.toString('base64')}",`);
    }
    this.#bytes.bytes(this.#start);
    this.#bytes.text(windowStart);
    this.#bytes.bytes(this.#partText);
    this.#bytes.text(`${requests}`);
    this.#bytes.bytes(this.#idText);
  }

  /** Writes the part after the counts. */
  end(): void {
    this.#bytes.text('}');
  }
}

/**
 * Decodes a partial, and checks that it is possible: no record may make a window contain what no batch can contain.
 * @throws UnreadableFormat  not a partial, or one whose counts no batch can have
 * @throws NewerFormat       a newer version wrote it
 */
export function decodePartial(data: Buffer): WindowPartial {
  const fields = readDocument(data.toString(), 'A stream record', formatVersion, partialSchema);
  const { customerId, windowStart, id, part, isLate, storedAt, requests } = fields;
  const counted = readStoredCounts(fields, 'A stream record');
  requirePossibleCounts(counted.counts, requests);
  if (counted.measures !== undefined) requirePossibleMeasures(counted.measures, requests);
  const partial = { customerId, windowStart, id, part, isLate, requests, ...counted };
  return storedAt === undefined ? partial : { ...partial, storedAt };
}

function requirePossibleCounts(counts: Counts, requests: number): void {
  for (const { field, countsEveryEntry } of dimensions) {
    let sum = 0;
    for (const [key, count] of counts[field]) {
      sum += count;
      if (key.length > maxKeyLength) {
        throw new UnreadableFormat(
          `A stream record is damaged: ${field} has a key of ${key.length} characters.`,
        );
      }
    }
    if (countsEveryEntry ? sum !== requests : sum > requests) {
      throw new UnreadableFormat(
        `A stream record is damaged: ${field} adds up to ${sum}, and there are ${requests} requests.`,
      );
    }
  }
}

function requirePossibleMeasures(measures: Measures, requests: number): void {
  const { bytes, bytesByPath, timedByPath, durations } = measures;
  const timed = requestsIn(durations);
  const isPossible =
    sumOf(bytesByPath) === (bytes ?? 0) &&
    (bytes ?? 0) <= requests * maxBytes &&
    sumOf(timedByPath) === timed &&
    timed <= requests &&
    durationSumOf(measures) <= timed * maxDurationMs;
  if (!isPossible) {
    throw new UnreadableFormat('A stream record is damaged: its facts are not those of its requests.');
  }
}

function sumOf(sums: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const value of sums.values()) sum = saturatedSum(sum, value);
  return sum;
}
