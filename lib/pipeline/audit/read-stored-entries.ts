import { createHash } from 'node:crypto';
import type { StoredBatch } from '../../domain/batch-format.ts';
import { largestBatchBytes } from '../../domain/batch-limits.ts';
import { readAcceptedEntries, type AcceptedEntries } from '../../domain/read-accepted-entries.ts';
import { BatchTooLarge, InvalidRequest } from '../../errors.ts';
import { decompress } from '../ingest/decompress.ts';

/** Reads the accepted entries of a stored batch, or returns why they cannot be read. */
export async function readStoredEntries(
  batch: StoredBatch,
  gzippedBody: Buffer,
): Promise<AcceptedEntries | string> {
  try {
    const body = await decompress(gzippedBody, 'gzip', largestBatchBytes);
    const payloadHash = createHash('sha256').update(`${batch.customerId}\n`).update(body).digest('hex');
    if (payloadHash !== batch.payloadHash) return 'its entries are not those that it was stored with';
    return readAcceptedEntries(body, batch);
  } catch (error) {
    if (!(error instanceof InvalidRequest || error instanceof BatchTooLarge)) throw error;
    return `its entries cannot be read: ${error.message}`;
  }
}
