import { decodeBatch, type StoredBatch } from '../../../lib/domain/batch-format.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { batchKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { partialId } from '../../../lib/domain/partial.ts';
import { isForgotten, type Tombstone } from '../../../lib/domain/tombstone.ts';
import { windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { minuteOf } from '../../factories.ts';
import type { SentBatch } from '../sent-batch.ts';
import type { ForgottenCustomers } from './forgotten-customers.ts';

export interface AcceptedBatch {
  readonly batch: SentBatch;
  readonly at: Date;
  /** Time that the stored batch states. */
  readonly storedAt: Date;
}

/** A stored batch, and the batch that was sent. */
interface Stored {
  readonly header: StoredBatch;
  readonly sent: SentBatch;
}

/** The batches that were sent, accepted and stored. Methods about an answer or a write return the law that it breaks. */
export class KnownBatches {
  readonly stored = new Map<ObjectKey, Stored>();
  readonly #sent = new Map<string, SentBatch>();
  /** Batches with the instants at which they were first accepted, by the machine's clock. */
  readonly #accepted = new Map<ObjectKey, AcceptedBatch>();
  readonly #forgotten: ForgottenCustomers;

  constructor(forgotten: ForgottenCustomers) {
    this.#forgotten = forgotten;
  }

  sends(batch: SentBatch): void {
    this.#sent.set(batch.payloadHash, batch);
  }

  /** @param tombstone  the customer's tombstone when the batch was sent */
  accepted(batch: SentBatch, tombstone: Tombstone | undefined, now: Date): string | undefined {
    const key = batchKey(batch.customerId, batch.id);
    const stored = this.stored.get(key)?.header;
    if (stored?.payloadHash !== batch.payloadHash) return `${batch.name} was accepted and is not stored`;
    const { storedAt } = stored;
    if (isForgotten(storedAt, tombstone))
      return `${batch.name} was sent after its customer was forgotten, and is forgotten`;
    const earlier = this.#accepted.get(key);
    if (earlier?.storedAt.getTime() !== storedAt.getTime())
      this.#accepted.set(key, { batch, at: now, storedAt });
    return undefined;
  }

  refusedAsTooOld(batch: SentBatch, horizon: WindowStart): string | undefined {
    return keptEntries(batch, horizon) === batch.entries.length
      ? `${batch.name} was refused as too old`
      : undefined;
  }

  refusedAsInvalid(batch: SentBatch): string | undefined {
    if (this.#forgotten.of(batch.customerId) !== undefined) return undefined;
    const accepted = this.#accepted.get(batchKey(batch.customerId, batch.id));
    return accepted?.batch.payloadHash === batch.payloadHash
      ? `${batch.name} was refused as invalid, and had been accepted`
      : undefined;
  }

  refusedAsReused(batch: SentBatch): string | undefined {
    // Of a forgotten customer, another payload may have been refused because of a batch that is gone by now.
    if (this.#forgotten.of(batch.customerId) !== undefined) return undefined;
    return this.#storedPayload(batch) === batch.payloadHash
      ? `${batch.name} was refused as another payload, and is stored itself`
      : undefined;
  }

  /** Records that an object of a batch is written now. */
  wrote(key: ObjectKey, body: Buffer, horizon: WindowStart): string | undefined {
    const header = decodeBatch(body).batch;
    const sent = this.#sent.get(header.payloadHash);
    if (sent === undefined) return `${key} is stored, but nobody sent it`;
    const earlier = this.stored.get(key)?.header;
    this.stored.set(key, { header, sent });
    const isSame = earlier?.storedAt.getTime() === header.storedAt.getTime();
    if (isSame && this.#forgotten.of(header.customerId)) return undefined; // announced again, unchanged
    if (earlier !== undefined && !this.#forgotten.has(earlier)) return `${key} was stored twice`;
    return wronglyRejectedOf(header, sent, horizon);
  }

  /** Returns the batches of a customer that are accepted and not forgotten by now. */
  acceptedOf(customerId: CustomerId): AcceptedBatch[] {
    return this.notForgotten(
      [...this.#accepted.values()].filter(({ batch }) => batch.customerId === customerId),
    );
  }

  /** Returns the batches that are not forgotten by now. */
  notForgotten(accepted: readonly AcceptedBatch[]): AcceptedBatch[] {
    return accepted.filter(
      ({ batch, storedAt }) => !this.#forgotten.has({ customerId: batch.customerId, storedAt }),
    );
  }

  /** Returns the key of the stored batch that a partial belongs to; `undefined` if there is none. */
  ofPartial(customerId: string, id: Buffer): ObjectKey | undefined {
    for (const [key, { header }] of this.stored) {
      if (header.customerId !== customerId) continue;
      const isIts = header.partials.some(({ part }) =>
        partialId(header.id, header.payloadHash, part).equals(id),
      );
      if (isIts) return key;
    }
    return undefined;
  }

  lost(): string | undefined {
    const lost = this.notForgotten([...this.#accepted.values()]).find(
      ({ batch }) => this.#storedPayload(batch) !== batch.payloadHash,
    );
    return lost && `${lost.batch.name} was accepted and is lost`;
  }

  #storedPayload({ customerId, id }: SentBatch): string | undefined {
    return this.stored.get(batchKey(customerId, id))?.header.payloadHash;
  }
}

/** Returns how the rejected entries of a batch differ from those that are invalid or have expired. */
function wronglyRejectedOf(
  { entries, rejected = 0 }: StoredBatch,
  sent: SentBatch,
  horizon: WindowStart,
): string | undefined {
  const isRight =
    entries >= keptEntries(sent, horizon) &&
    entries <= sent.entries.length &&
    entries + rejected === sent.entries.length + sent.invalid;
  return isRight
    ? undefined
    : `${sent.name} has ${entries} entries and ${rejected} rejected ones, of ${sent.entries.length} valid and ${sent.invalid} invalid ones`;
}

function keptEntries({ entries }: SentBatch, horizon: WindowStart): number {
  return entries.filter(({ receivedAt }) => windowStartOf(minuteOf(receivedAt)) >= horizon).length;
}
