import * as z from 'zod';
import { instantSchema, readDocument } from './stored-document.ts';

/** Progress of indexing the customers whose windows an earlier version wrote. */
export interface CustomerIndexing {
  readonly begunAt: Date;
  /** Segment of the last customer that is indexed; `undefined` before the first. */
  readonly after: string | undefined;
  /** When all customers were indexed; from then on, roll-up alone keeps the index. */
  readonly completedAt: Date | undefined;
}

const formatVersion = 1;

const customerIndexingSchema = z.object({
  begunAt: instantSchema,
  after: z.string().optional(),
  completedAt: instantSchema.optional(),
});

/** Encodes the progress for the store. */
export function encodeCustomerIndexing(progress: CustomerIndexing): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...progress })}\n`);
}

/**
 * Decodes the stored progress.
 * @throws UnreadableFormat  damaged, or written by a newer version of this program
 */
export function decodeCustomerIndexing(body: Buffer): CustomerIndexing {
  const { begunAt, after, completedAt } = readDocument(
    body.toString(),
    'The progress of indexing the customers',
    formatVersion,
    customerIndexingSchema,
  );
  return { begunAt, after, completedAt };
}
