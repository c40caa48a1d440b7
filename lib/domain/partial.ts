import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BatchId } from './batch-id.ts';
import { UnreadableFormat } from '../errors.ts';
import type { CustomerId } from './customer-id.ts';
import { countsOf, countsShape, dimensions, writeCounts, type Counts } from './dimensions.ts';
import { batchName } from './keys.ts';
import { customerIdSchema, instantSchema, readDocument, windowStartSchema } from './stored-document.ts';
import { TextBytes } from './text-bytes.ts';
import type { WindowStart } from './window.ts';

/** What one batch adds to one minute window, or a part of it where the whole is too large for a stream record. */
export interface WindowPartial {
  readonly customerId: CustomerId;
  readonly windowStart: WindowStart;
  /** What the window remembers of it: `partialIdBytes` bytes. */
  readonly id: Buffer;
  /** From 0. Each part is a partial of its own, with the entries that it counts. */
  readonly part: number;
  /** The window had ended more than the allowed lateness before the batch was stored. */
  readonly isLate: boolean;
  /** When its batch was stored; absent in what an earlier version wrote, which did not say so. */
  readonly storedAt?: Date | undefined;
  readonly requests: number;
  readonly counts: Counts;
}

export const partialIdBytes = 16;

/**
 * The most that a partial may count. A batch has at most 200,000 entries, and those that earlier versions took (10 MiB of
 * at least 77 bytes each) had fewer; the rest is room for a version with a higher limit, whose partials are no forgeries.
 */
const maxRequests = 1_000_000;

/** The longest key is a method and a path (2,081 characters), whose segments `auto` may have made twice as long. */
const maxKeyLength = 8_192;

const formatVersion = 1;

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
  ...countsShape,
});

/**
 * The id of a part of a batch. It is the same in all windows of the batch, as each window has a memory of its own; it
 * differs from that of every other batch, also of one with the same idempotency key and another payload.
 */
export function partialId(batchId: BatchId, payloadHash: string, part: number): Buffer {
  const digest = createHash('sha256')
    .update(`${batchName(batchId)}/${payloadHash}/${part}`)
    .digest();
  return digest.subarray(0, partialIdBytes);
}

/** What is ordered together, and so added by one writer at a time: the window of a customer. */
export function partitionKeyOf(customerId: CustomerId, windowStart: WindowStart): string {
  return `${customerId}/${windowStart}`;
}

/** The partial as the data of a stream record. */
export function encodePartial(partial: WindowPartial): Buffer {
  const bytes = new TextBytes();
  const writer = new PartialWriter(partial, bytes);
  writer.start(partial);
  writeCounts(partial.counts, bytes);
  writer.end();
  return bytes.copy();
}

/** What the partials of a batch have in common. */
type OfBatch = 'customerId' | 'storedAt';

/**
 * Writes the partials of one batch. A batch can have 10,000 of a few counts each, so what they have in common is made
 * once, and the rest by hand.
 */
export class PartialWriter {
  readonly #bytes: TextBytes;
  readonly #start: Buffer;
  // Most partials have these as the one before has them.
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

  /** Writes what is before the counts. */
  start({ windowStart, part, isLate, requests, id }: Omit<WindowPartial, OfBatch | 'counts'>): void {
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

  /** Writes what is behind the counts. */
  end(): void {
    this.#bytes.text('}');
  }
}

/**
 * Reads a partial, and makes sure that it can be one: no record may make a window say what no batch can have said.
 * @throws UnreadableFormat  not a partial, or one whose counts no batch can have
 * @throws NewerFormat       a newer version wrote it
 */
export function decodePartial(data: Buffer): WindowPartial {
  const fields = readDocument(data.toString(), 'A stream record', formatVersion, partialSchema);
  const { customerId, windowStart, id, part, isLate, storedAt, requests } = fields;
  const counts = countsOf(fields);
  requirePossibleCounts(counts, requests);
  const partial = { customerId, windowStart, id, part, isLate, requests, counts };
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
