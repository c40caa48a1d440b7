import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BatchId } from './batch-id.ts';
import type { CustomerId } from './customer-id.ts';
import { countsOf, countsShape, countsToText, type Counts } from './dimensions.ts';
import { batchName } from './keys.ts';
import { customerIdSchema, readDocument, windowStartSchema } from './stored-document.ts';
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
  readonly requests: number;
  readonly counts: Counts;
}

export const partialIdBytes = 16;

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
  requests: z.int().positive(),
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

/** The partial as the data of a stream record. Written by hand, as a batch can have 10,000 of a few counts each. */
export function encodePartial(partial: WindowPartial): Buffer {
  const { customerId, windowStart, id, part, isLate, requests, counts, ...others } = partial;
  let text = `{"formatVersion":${formatVersion},"customerId":${JSON.stringify(customerId)},"windowStart":"${windowStart}",`;
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) text += `"${name}":${JSON.stringify(value)},`;
  }
  text += `"part":${part},"isLate":${isLate},"requests":${requests},"id":"${id.toString('base64')}",${countsToText(counts)}}`;
  return Buffer.from(text);
}

/** @throws UnreadableFormat  not a partial, or one of a newer version */
export function decodePartial(data: Buffer): WindowPartial {
  const fields = readDocument(data.toString(), 'A stream record', formatVersion, partialSchema);
  const { customerId, windowStart, id, part, isLate, requests } = fields;
  return { customerId, windowStart, id, part, isLate, requests, counts: countsOf(fields) };
}
