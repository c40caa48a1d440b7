import { decodeBatch, type BatchHeader } from '../../../lib/domain/batch-format.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import {
  horizonKeys,
  minuteKey,
  tombstonesPrefix,
  windowStartOfKey,
  type ObjectKey,
} from '../../../lib/domain/keys.ts';
import { decodeRetention } from '../../../lib/domain/retention-format.ts';
import { noHorizon } from '../../../lib/domain/retention.ts';
import { decodeWholeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { isForgotten, type Tombstone } from '../../../lib/domain/tombstone.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { minuteOf } from '../../factories.ts';
import type { SentBatch } from '../sent-batch.ts';
import type { SimulatedStore } from '../simulated-store.ts';
import { ForgottenCustomers } from './forgotten-customers.ts';
import { KnownBatches, type AcceptedBatch } from './known-batches.ts';
import { lawBrokenByMinute, lawBrokenByRollUp, missingWindow } from './window-changes.ts';
import { lawBrokenAtRest, lawBrokenByRecount, type DoneRecount } from './windows-at-rest.ts';

/**
 * Checks laws that must hold at any time and laws that must hold at rest, from what clients sent and the answers that
 * they got. It remembers the first broken law.
 */
export class Laws {
  broken: string | undefined;
  readonly #now: () => Date;
  readonly #forgotten = new ForgottenCustomers();
  readonly #batches = new KnownBatches(this.#forgotten);
  readonly #storedRequests = new Map<ObjectKey, number>();
  #horizon: WindowStart = noHorizon;
  /** Minutes that have expired and were deleted. */
  readonly #deletedMinutes = new Set<ObjectKey>();

  /**
   * Batches that were removed. A put that takes effect after that brings a batch back, until its customer is
   * forgotten again.
   */
  readonly #removedBatches = new Set<ObjectKey>();
  readonly #mayLandLate: boolean;

  constructor(now: () => Date, mayLandLate = false) {
    this.#now = now;
    this.#mayLandLate = mayLandLate;
  }

  sends(batch: SentBatch): void {
    this.#batches.sends(batch);
  }

  /** @param tombstone  the customer's tombstone when the batch was sent */
  accepted(batch: SentBatch, tombstone: Tombstone | undefined): void {
    this.#break(this.#batches.accepted(batch, tombstone, this.#now()));
  }

  refusedAsTooOld(batch: SentBatch): void {
    this.#break(this.#batches.refusedAsTooOld(batch, this.#horizon));
  }

  refusedAsInvalid(batch: SentBatch): void {
    this.#break(this.#batches.refusedAsInvalid(batch));
  }

  refusedAsReused(batch: SentBatch): void {
    this.#break(this.#batches.refusedAsReused(batch));
  }

  /** Records that a customer is forgotten, and that these batches were accepted before somebody requested that. */
  forgets(accepted: readonly AcceptedBatch[], tombstone: Tombstone): void {
    const kept = accepted.find(({ storedAt }) => !isForgotten(storedAt, tombstone));
    if (kept !== undefined)
      this.#break(`${kept.batch.name} was accepted before its customer was forgotten, and is kept`);
  }

  /** Minutes that start before this have expired. */
  get horizon(): WindowStart {
    return this.#horizon;
  }

  tombstoneOf(customerId: CustomerId): Tombstone | undefined {
    return this.#forgotten.of(customerId);
  }

  unexpected(what: string, error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#break(`${what} failed unexpectedly: ${reason}`);
  }

  /** Records that an object is written now. */
  wrote(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (key === horizonKeys.windows) this.#movedHorizon(body);
    else if (key.startsWith(tombstonesPrefix)) this.#break(this.#forgotten.wrote(body));
    else if (key.startsWith('batches/')) this.#wroteBatch(key, body);
    else if (key.startsWith('aggregates/minute/')) this.#wroteMinute(key, body, before);
    else if (key.startsWith('aggregates/')) this.#wroteRollUp(key, body, before);
    else if (key.startsWith('failed/') && !/^failed\/(?:batches|roll-up\/poison)\//.test(key))
      this.#break(`a record became a failed record at ${key}`);
  }

  /** Records that an object is removed now. */
  deleted(key: ObjectKey, body: Buffer): void {
    if (key.startsWith('batches/')) this.#removedBatches.add(key);
    if (key.startsWith('aggregates/') && windowStartOfKey(key) < this.#horizon) {
      this.#deletedMinutes.add(key);
      return;
    }
    if (!this.#mayBeRemoved(key, body)) this.#break(`${key} was removed, but was not forgotten`);
  }

  /**
   * Records that a client got the answer that a batch is counted. What was read before the customer was forgotten may be
   * answered afterwards.
   * @param tombstone  the customer's tombstone when the client asked
   */
  toldCounted(header: BatchHeader, tombstone: Tombstone | undefined, store: SimulatedStore): void {
    const { customerId } = header;
    if (this.#forgotten.of(customerId) !== tombstone) return;
    if (this.#forgotten.isUnderWay(customerId) || this.#forgotten.has(header)) return;
    const missing = missingWindow(header, this.#horizon, store);
    if (missing !== undefined) this.#break(`a batch was called counted, and ${missing} does not hold it`);
  }

  /** Returns the batches of a customer that are accepted and not forgotten by now. */
  acceptedOf(customerId: CustomerId): AcceptedBatch[] {
    return this.#batches.acceptedOf(customerId);
  }

  /** Returns the batches that are not forgotten by now. */
  notForgotten(accepted: readonly AcceptedBatch[]): AcceptedBatch[] {
    return this.#batches.notForgotten(accepted);
  }

  /** Returns the key of the stored batch that a partial belongs to; `undefined` if there is none. */
  batchOfPartial(customerId: string, id: Buffer): ObjectKey | undefined {
    return this.#batches.ofPartial(customerId, id);
  }

  /** Records that an answer is wrong. */
  lied(how: string): void {
    this.#break(how);
  }

  /** Returns the keys of the batches that are stored now. */
  storedBatches(): ReadonlySet<ObjectKey> {
    return new Set(this.#batches.stored.keys());
  }

  /** Records that a recount is done. */
  recounted(recount: DoneRecount, store: SimulatedStore): void {
    this.#break(
      lawBrokenByRecount(this.#batches, this.#forgotten, { ...recount, horizon: this.#horizon }, store),
    );
  }

  checkAtRest(store: SimulatedStore): void {
    this.#break(this.#batches.lost());
    for (const [key, { header }] of this.#batches.stored) {
      if (this.#mayLandLate && this.#removedBatches.has(key) && store.objects.has(key)) continue;
      if (store.objects.has(key) === this.#forgotten.has(header))
        this.#break(`${key} is ${store.objects.has(key) ? 'forgotten and there' : 'lost'}`);
    }
    this.#break(lawBrokenAtRest(this.#batches, this.#forgotten, this.#horizon, store));
  }

  #break(law: string | undefined): void {
    this.broken ??= law;
  }

  #movedHorizon(body: Buffer): void {
    const horizon = decodeRetention(body).current?.horizon ?? noHorizon;
    if (horizon < this.#horizon) this.#break(`the horizon went back to ${horizon}`);
    this.#horizon = horizon;
  }

  #wroteBatch(key: ObjectKey, body: Buffer): void {
    const before = this.#batches.stored.get(key)?.header;
    this.#break(this.#batches.wrote(key, body, this.#horizon));
    const written = this.#batches.stored.get(key);
    if (written === undefined || before?.storedAt.getTime() === written.header.storedAt.getTime()) return;
    for (const { receivedAt } of written.sent.entries) {
      const minute = minuteKey(written.sent.customerId, windowStartOf(minuteOf(receivedAt)));
      this.#storedRequests.set(minute, (this.#storedRequests.get(minute) ?? 0) + 1);
    }
  }

  #wroteMinute(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (this.#deletedMinutes.has(key)) this.#break(`${key} had expired and was deleted, and exists again`);
    this.#break(lawBrokenByMinute(key, body, before, this.#storedRequests.get(key) ?? 0));
  }

  #wroteRollUp(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (this.#forgotten.of(decodeWholeRolledUp(body).customerId) === undefined)
      this.#break(lawBrokenByRollUp(key, body, before));
  }

  #mayBeRemoved(key: ObjectKey, body: Buffer): boolean {
    if (key.startsWith('batches/')) return this.#forgotten.has(decodeBatch(body).batch);
    if (key.startsWith('aggregates/minute/')) return this.#forgotten.mayCount(decodeWindow(body));
    if (!key.startsWith('aggregates/')) return true;
    return this.#forgotten.of(decodeWholeRolledUp(body).customerId) !== undefined;
  }
}
