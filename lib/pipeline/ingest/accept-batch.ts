import { BatchTooLarge, InvalidRequest, QuotaExceeded } from '../../errors.ts';
import type { Ingested } from './emit-stored.ts';
import { findRepetition } from './find-repetition.ts';
import { ingest, type IngestOptions, type IngestPorts } from './ingest.ts';
import { understandBatch, type DecodedBatch } from './read-batch.ts';
import { repeatStored } from './repeat-stored.ts';
import { requireAcceptable, type AcceptancePorts } from './require-acceptable.ts';

/**
 * Accepts a batch: answers a repetition from the stored batch, and stores and emits any other.
 *
 * A batch that would be refused may repeat one that was accepted under other limits or rules, or with its invalid
 * entries set aside. Only such a batch is looked for in the store first, since that takes longer than all other work on
 * a small new batch; a valid repetition is found when the batch is to be created.
 * @throws InvalidRequest        it is not valid, or has entries that are too old
 * @throws BatchTooLarge         it has too many entries
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
  try {
    const batch = await understandBatch(decoded);
    return await ingest(await requireAcceptable(batch, ports), ports, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const repeated = await repeatStored(decoded, ports);
    if (repeated === undefined) throw error;
    return repeated;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof InvalidRequest || error instanceof BatchTooLarge || error instanceof QuotaExceeded;
}
