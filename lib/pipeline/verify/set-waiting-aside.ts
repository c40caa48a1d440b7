import type { BatchHeader } from '../../domain/batch-format.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { Consumption } from '../../domain/judge-batch/consumption.ts';
import { isLikelyWaiting } from '../../domain/judge-batch/is-likely-waiting.ts';
import type { NotifiedBatch, Verdicts } from './verdict.ts';

/** Number of windows that are read even for a batch that is likely to wait. */
const partialsWorthALook = 1_000;

/** Returns the batches whose windows are worth reading now. The others probably wait: they get their verdict here. */
export function setWaitingAside(
  headers: ReadonlyMap<NotifiedBatch, BatchHeader>,
  consumptionOf: (customerId: CustomerId) => Consumption,
  now: Date,
  marginSeconds: number,
  verdicts: Verdicts,
): Map<NotifiedBatch, BatchHeader> {
  const worthALook = new Map<NotifiedBatch, BatchHeader>();
  for (const [batch, header] of headers) {
    const isLarge = header.partials.length > partialsWorthALook;
    if (isLarge && isLikelyWaiting(header, consumptionOf(header.customerId), now, marginSeconds)) {
      verdicts.add(batch, { kind: 'waiting' }, header.storedAt);
    } else {
      worthALook.set(batch, header);
    }
  }
  return worthALook;
}
