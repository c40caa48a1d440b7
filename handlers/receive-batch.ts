import { streamOf } from '../lib/domain/stream-name.ts';
import { acceptBatch } from '../lib/pipeline/ingest/accept-batch.ts';
import type { Ingested } from '../lib/pipeline/ingest/emit-stored.ts';
import { decodeBody, sizeOf, withHash, type SentBatch } from '../lib/pipeline/ingest/read-batch.ts';
import type { App } from './wiring.ts';

/** Result of receiving a batch. */
export interface Received {
  readonly ingested: Ingested;
  /** Size of the decompressed body. */
  readonly bytes: number;
}

/**
 * Receives a batch on any route: takes it if its customer's budget and the memory allow that, decompresses it, accepts
 * it, and counts it in the metrics.
 * @param onAccepted  reads the decompressed body once more, for an answer that depends on it; while it does, the body
 *                    counts as memory in use
 * @throws UnsupportedMedia, BatchTooLarge, InvalidRequest, IdempotencyKeyReused  it is refused for good
 * @throws BudgetUsedUp, QuotaExceeded, Unavailable  it cannot be taken now; safe to repeat
 */
export async function receiveBatch(
  app: App,
  sent: SentBatch,
  onAccepted?: (ingested: Ingested, body: Buffer) => Promise<void>,
): Promise<Received> {
  const { config, rules } = app;
  const { maxBatchBytes, allowedLatenessSeconds, maxFutureSeconds } = config;
  app.customerBudgets?.require(sent.customerId);
  const size = sizeOf(sent, maxBatchBytes);
  await app.admission.requireShare(sent.customerId, size.atMostBytes);
  const received = await app.batchAdmission.run(
    sent.customerId,
    size,
    () => decodeBody(sent, maxBatchBytes),
    async (body) => {
      const options = { rules, allowedLatenessSeconds, maxFutureSeconds };
      const ingested = await acceptBatch(withHash(sent, body), app, options);
      await onAccepted?.(ingested, body);
      return { ingested, bytes: body.length };
    },
  );
  app.customerBudgets?.charge(sent.customerId, received.ingested.emitted);
  measure(received, app);
  return received;
}

function measure({ ingested, bytes }: Received, { metrics }: App): void {
  const { emitted, isFirst, batch } = ingested;
  const late = emitted.filter((partial) => streamOf(partial) === 'late').length;
  metrics.partialsProduced.inc({ stream: 'late' }, late);
  metrics.partialsProduced.inc({ stream: 'insights' }, emitted.length - late);
  if (!isFirst) {
    metrics.batchDuplicates.inc();
    return;
  }
  metrics.batchesIngested.inc();
  metrics.entriesIngested.inc(batch.entries);
  metrics.bytesIngested.inc(bytes);
  if (batch.rejected !== undefined) {
    metrics.entriesRejected.inc({ media_type: batch.mediaType }, batch.rejected);
  }
}
