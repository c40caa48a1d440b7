import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { StoredBatch } from '../../domain/batch-format.ts';
import { largestBatchBytes } from '../../domain/batch-limits.ts';
import { readAcceptedEntries, type AcceptedEntries } from '../../domain/read-accepted-entries.ts';
import { errorCode } from '../../error-code.ts';
import { BatchTooLarge, InvalidRequest } from '../../errors.ts';
import { decompress } from '../ingest/decompress.ts';

/** Most bodies are smaller, and a round trip to another thread would take longer than the decompression itself. */
const smallBytes = 4 * 1_024;

/** Reads the accepted entries of a stored batch, or returns why they cannot be read. */
export async function readStoredEntries(
  batch: StoredBatch,
  gzippedBody: Buffer,
): Promise<AcceptedEntries | string> {
  try {
    const body =
      gzippedBody.length <= smallBytes
        ? decompressAtOnce(gzippedBody)
        : await decompress(gzippedBody, 'gzip', largestBatchBytes);
    const payloadHash = createHash('sha256').update(`${batch.customerId}\n`).update(body).digest('hex');
    if (payloadHash !== batch.payloadHash) return 'its entries are not those that it was stored with';
    return readAcceptedEntries(body, batch);
  } catch (error) {
    if (!(error instanceof InvalidRequest || error instanceof BatchTooLarge)) throw error;
    return `its entries cannot be read: ${error.message}`;
  }
}

function decompressAtOnce(gzippedBody: Buffer): Buffer {
  try {
    return gunzipSync(gzippedBody, { maxOutputLength: largestBatchBytes });
  } catch (error) {
    if (errorCode(error) === undefined) throw error; // not of zlib
    throw new InvalidRequest('The body is not valid gzip data.', [], { cause: error });
  }
}
