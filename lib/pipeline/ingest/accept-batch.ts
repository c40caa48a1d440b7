import { findRepetition } from './find-repetition.ts';
import { ingest, type IngestOptions, type Ingested, type IngestPorts } from './ingest.ts';
import { understandBatch, type DecodedBatch } from './read-batch.ts';
import { requireAcceptable, type AcceptancePorts } from './require-acceptable.ts';

/**
 * Accepts a batch: a repetition by what is stored, any other by storing and emitting it.
 * @throws InvalidRequest        it is not valid, or has entries that are too old
 * @throws QuotaExceeded         the disk or its quota is used up; safe to repeat
 * @throws IdempotencyKeyReused  its id belongs to another payload
 * @throws BudgetUsedUp          the customer has too much waiting to be counted; safe to repeat
 * @throws Unavailable           store or stream cannot take it now; safe to repeat
 */
export async function acceptBatch(
  decoded: DecodedBatch,
  ports: IngestPorts & AcceptancePorts,
  options: IngestOptions,
): Promise<Ingested> {
  const repetition = await findRepetition(decoded, ports);
  if (repetition !== undefined) return repetition;
  const batch = await understandBatch(decoded);
  await requireAcceptable(batch, ports);
  return ingest(batch, ports, options);
}
