import type { Sending } from '../lib/domain/equal-bodies.ts';
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
  const at = app.clock.now().getTime();
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
  if (received.ingested.isFirst) app.recentRejections?.note(received.ingested.batch);
  if (sent.sender !== undefined) watchForEqualBodies(received, { sender: sent.sender, at }, app);
  return received;
}

/** Warns of equal bodies of different senders: no answer shows them, and the counts lack them. */
function watchForEqualBodies({ ingested }: Received, sending: Sending, app: App): void {
  const { customerId, id } = ingested.batch;
  if (id.origin === 'key') return;
  const { isSuspicious, isWarningDue } = app.equalBodies.note({ customerId, id }, sending);
  if (isSuspicious) app.metrics.equalBodiesSuspected.inc();
  if (!isWarningDue) return;
  app.logger.warn(
    'Batches with equal bodies seem to come from different senders of one customer; only the first of them is counted. ' +
      'Have each sender name itself in the header x-source, or send an idempotency-key',
    { customerId },
  );
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
