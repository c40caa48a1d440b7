import { decodeBatch, type BatchHeader, type StoredBatch } from '../../lib/domain/batch-format.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import {
  batchKey,
  enclosingWindowKey,
  minuteKey,
  horizonKeys,
  tombstonesPrefix,
  windowStartOfKey,
  type ObjectKey,
} from '../../lib/domain/keys.ts';
import { partialId, partialIdBytes } from '../../lib/domain/partial.ts';
import { decodeRetention } from '../../lib/domain/retention-format.ts';
import { noHorizon } from '../../lib/domain/retention.ts';
import { decodeWholeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { isForgotten, type Tombstone } from '../../lib/domain/tombstone.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { windowStartOf, type WindowStart } from '../../lib/domain/window.ts';
import { minuteOf } from '../factories.ts';
import { expectedWindow, foundWindow, sumOf, type ExpectedWindow } from './expected-window.ts';
import { ForgottenCustomers } from './forgotten-customers.ts';
import { ExpectedIndex } from './index-law.ts';
import type { SentBatch } from './sent-batch.ts';
import type { SimulatedStore } from './simulated-store.ts';

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

/**
 * Checks laws that must hold at any time and laws that must hold at rest, from what clients sent and the answers that
 * they got. It remembers the first broken law.
 */
export class Laws {
  broken: string | undefined;
  readonly #sent = new Map<string, SentBatch>();
  readonly #now: () => Date;
  /** Batches with the instants at which they were first accepted, by the machine's clock. */
  readonly #accepted = new Map<ObjectKey, AcceptedBatch>();
  readonly #stored = new Map<ObjectKey, Stored>();
  readonly #storedRequests = new Map<ObjectKey, number>();
  readonly #forgotten = new ForgottenCustomers();
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
    this.#sent.set(batch.payloadHash, batch);
  }

  /** @param tombstone  the customer's tombstone when the batch was sent */
  accepted(batch: SentBatch, tombstone: Tombstone | undefined): void {
    const key = batchKey(batch.customerId, batch.id);
    const stored = this.#stored.get(key)?.header;
    if (stored?.payloadHash !== batch.payloadHash)
      return this.#break(`${batch.name} was accepted and is not stored`);
    const { storedAt } = stored;
    if (isForgotten(storedAt, tombstone))
      this.#break(`${batch.name} was sent after its customer was forgotten, and is forgotten`);
    const earlier = this.#accepted.get(key);
    if (earlier?.storedAt.getTime() === storedAt.getTime()) return;
    this.#accepted.set(key, { batch, at: this.#now(), storedAt });
  }

  /** Records that a customer is forgotten, and that these batches were accepted before somebody requested that. */
  forgets(accepted: readonly AcceptedBatch[], tombstone: Tombstone): void {
    const kept = accepted.find(({ storedAt }) => !isForgotten(storedAt, tombstone));
    if (kept !== undefined)
      this.#break(`${kept.batch.name} was accepted before its customer was forgotten, and is kept`);
  }

  refusedAsTooOld(batch: SentBatch): void {
    if (batch.entries.every(({ receivedAt }) => windowStartOf(minuteOf(receivedAt)) >= this.#horizon))
      this.#break(`${batch.name} was refused as too old`);
  }

  refusedAsInvalid(batch: SentBatch): void {
    if (this.#forgotten.of(batch.customerId) !== undefined) return;
    const accepted = this.#accepted.get(batchKey(batch.customerId, batch.id));
    if (accepted?.batch.payloadHash === batch.payloadHash)
      this.#break(`${batch.name} was refused as invalid, and had been accepted`);
  }

  /** Minutes that start before this have expired. */
  get horizon(): WindowStart {
    return this.#horizon;
  }

  tombstoneOf(customerId: CustomerId): Tombstone | undefined {
    return this.#forgotten.of(customerId);
  }

  refusedAsReused(batch: SentBatch): void {
    // Of a forgotten customer, another payload may have been refused because of a batch that is gone by now.
    if (this.#forgotten.of(batch.customerId) !== undefined) return;
    if (this.#storedPayload(batch) === batch.payloadHash) {
      this.#break(`${batch.name} was refused as another payload, and is stored itself`);
    }
  }

  unexpected(what: string, error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#break(`${what} failed unexpectedly: ${reason}`);
  }

  /** Records that an object is written now. */
  wrote(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (key === horizonKeys.windows) this.#movedHorizon(body);
    else if (key.startsWith(tombstonesPrefix)) this.#break(this.#forgotten.wrote(body));
    else if (key.startsWith('batches/')) this.#storedBatch(key, body);
    else if (key.startsWith('aggregates/minute/')) this.#wroteMinute(key, body, before);
    else if (key.startsWith('aggregates/')) this.#wroteRollUp(key, body, before);
    else if (key.startsWith('failed/') && !key.startsWith('failed/batches/'))
      this.#break(`a record became a failed record at ${key}`);
  }

  /** Records that an object is removed now. */
  deleted(key: ObjectKey, body: Buffer): void {
    if (key.startsWith('batches/')) this.#removedBatches.add(key);
    if (key.startsWith('aggregates/') && windowStartOfKey(key) < this.#horizon) {
      this.#deletedMinutes.add(key);
      return;
    }
    if (!mayBeRemoved(key, body, this.#forgotten)) this.#break(`${key} was removed, but was not forgotten`);
  }

  /** Records that a client got the answer that a batch is counted. */
  toldCounted(header: BatchHeader, store: SimulatedStore): void {
    if (this.#forgotten.isUnderWay(header.customerId) || this.#forgotten.has(header)) return;
    const missing = missingWindow(header, this.#horizon, store);
    if (missing !== undefined) this.#break(`a batch was called counted, and ${missing} does not hold it`);
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
  batchOfPartial(customerId: string, id: Buffer): ObjectKey | undefined {
    for (const [key, { header }] of this.#stored) {
      if (header.customerId !== customerId) continue;
      const isIts = header.partials.some(({ part }) =>
        partialId(header.id, header.payloadHash, part).equals(id),
      );
      if (isIts) return key;
    }
    return undefined;
  }

  /** Records that an answer is wrong. */
  lied(how: string): void {
    this.#break(how);
  }

  checkAtRest(store: SimulatedStore): void {
    for (const { batch } of this.notForgotten([...this.#accepted.values()])) {
      if (this.#storedPayload(batch) !== batch.payloadHash)
        this.#break(`${batch.name} was accepted and is lost`);
    }
    for (const [key, { header }] of this.#stored) {
      if (this.#mayLandLate && this.#removedBatches.has(key) && store.objects.has(key)) continue;
      if (store.objects.has(key) === this.#forgotten.has(header))
        this.#break(`${key} is ${store.objects.has(key) ? 'forgotten and there' : 'lost'}`);
    }
    const minutes = this.#checkMinutes(store);
    const hours = this.#checkRollUps('hour', minutes, store);
    this.#checkRollUps('day', hours, store);
    this.#checkIndex(store);
  }

  #break(law: string | undefined): void {
    this.broken ??= law;
  }

  #movedHorizon(body: Buffer): void {
    const horizon = decodeRetention(body).current?.horizon ?? noHorizon;
    if (horizon < this.#horizon) this.#break(`the horizon went back to ${horizon}`);
    this.#horizon = horizon;
  }

  #storedPayload({ customerId, id }: SentBatch): string | undefined {
    return this.#stored.get(batchKey(customerId, id))?.header.payloadHash;
  }

  #storedBatch(key: ObjectKey, body: Buffer): void {
    const header = decodeBatch(body).batch;
    const sent = this.#sent.get(header.payloadHash);
    if (sent === undefined) return this.#break(`${key} is stored, but nobody sent it`);
    const earlier = this.#stored.get(key)?.header;
    this.#stored.set(key, { header, sent });
    if (earlier?.storedAt.getTime() === header.storedAt.getTime() && this.#forgotten.of(header.customerId)) {
      return; // announced again, unchanged
    }
    if (earlier !== undefined && !this.#forgotten.has(earlier)) this.#break(`${key} was stored twice`);
    this.#break(this.#wronglyRejectedOf(header, sent));
    for (const { receivedAt } of sent.entries) {
      const minute = minuteKey(sent.customerId, windowStartOf(minuteOf(receivedAt)));
      this.#storedRequests.set(minute, (this.#storedRequests.get(minute) ?? 0) + 1);
    }
  }

  /** Returns how the rejected entries of a batch differ from those that are invalid or have expired. */
  #wronglyRejectedOf({ entries, rejected = 0 }: StoredBatch, sent: SentBatch): string | undefined {
    const kept = sent.entries.filter(
      ({ receivedAt }) => windowStartOf(minuteOf(receivedAt)) >= this.#horizon,
    );
    const isRight =
      entries >= kept.length &&
      entries <= sent.entries.length &&
      entries + rejected === sent.entries.length + sent.invalid;
    return isRight
      ? undefined
      : `${sent.name} has ${entries} entries and ${rejected} rejected ones, of ${sent.entries.length} valid and ${sent.invalid} invalid ones`;
  }

  #wroteMinute(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (this.#deletedMinutes.has(key)) this.#break(`${key} had expired and was deleted, and exists again`);
    const window = decodeWindow(body);
    const ids = idsOf(window.partialIds);
    if (new Set(ids).size !== ids.length) this.#break(`${key} holds a partial twice`);
    if (window.requests > (this.#storedRequests.get(key) ?? 0)) {
      this.#break(
        `${key} counts ${window.requests} requests, but only ${this.#storedRequests.get(key) ?? 0} are stored`,
      );
    }
    if (before === undefined) return;
    const held = new Set(ids);
    const earlier = decodeWindow(before);
    if (isNewer(window.forgottenBefore, earlier.forgottenBefore)) return; // counted anew
    if (window.requests < earlier.requests || !idsOf(earlier.partialIds).every((id) => held.has(id))) {
      this.#break(`${key} went back from revision ${earlier.revision}`);
    }
  }

  #wroteRollUp(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (before === undefined) return;
    const [earlier, later] = [decodeWholeRolledUp(before), decodeWholeRolledUp(body)];
    if (this.#forgotten.of(later.customerId) !== undefined) return;
    if (later.requests < earlier.requests) this.#break(`${key} went back from revision ${earlier.revision}`);
  }

  #checkIndex(store: SimulatedStore): void {
    const expected = new ExpectedIndex();
    for (const { header, sent } of this.#stored.values()) {
      if (this.#forgotten.has(header)) continue;
      for (const entry of sent.entries) expected.add(sent.customerId, entry);
    }
    this.#break(expected.lawBrokenBy(store, this.#horizon));
  }

  #checkMinutes(store: SimulatedStore): Map<ObjectKey, ExpectedWindow> {
    const expected = new Map<ObjectKey, ExpectedWindow>();
    for (const { header, sent } of this.#stored.values()) {
      if (this.#forgotten.has(header)) continue;
      for (const entry of sent.entries) {
        const key = minuteKey(sent.customerId, windowStartOf(minuteOf(entry.receivedAt)));
        expected.set(key, sumOf(expected.get(key), expectedWindow(entry, header.rulesVersion)));
      }
    }
    this.#compare('aggregates/minute/', expected, store, (body) => decodeWindow(body));
    return expected;
  }

  #checkRollUps(
    size: 'hour' | 'day',
    parts: ReadonlyMap<ObjectKey, ExpectedWindow>,
    store: SimulatedStore,
  ): Map<ObjectKey, ExpectedWindow> {
    const expected = new Map<ObjectKey, ExpectedWindow>();
    for (const [key, part] of parts) {
      const whole = enclosingWindowKey(key, size);
      expected.set(whole, sumOf(expected.get(whole), part));
    }
    this.#compare(`aggregates/${size}/`, expected, store, (body) => decodeWholeRolledUp(body));
    return expected;
  }

  #compare(
    prefix: string,
    expected: ReadonlyMap<ObjectKey, ExpectedWindow>,
    store: SimulatedStore,
    decode: (body: Buffer) => Parameters<typeof foundWindow>[0],
  ): void {
    for (const [key, should] of expected) {
      const object = store.objects.get(key);
      if (windowStartOfKey(key) < this.#horizon) continue;
      if (object === undefined) {
        this.#break(`${key} is missing, with ${should.requests} requests`);
        continue;
      }
      const is = foundWindow(decode(object.body));
      if (textOf(is) !== textOf(should))
        this.#break(`${key} is ${textOf(is)}, and should be ${textOf(should)}`);
    }
    for (const key of store.objects.keys()) {
      if (key.startsWith(prefix) && !expected.has(key))
        this.#break(`${key} exists, but nothing was sent for it`);
    }
  }
}

function isNewer(forgottenBefore: Date | undefined, than: Date | undefined): boolean {
  return forgottenBefore !== undefined && (than === undefined || forgottenBefore > than);
}

function mayBeRemoved(key: ObjectKey, body: Buffer, forgotten: ForgottenCustomers): boolean {
  if (key.startsWith('batches/')) return forgotten.has(decodeBatch(body).batch);
  if (key.startsWith('aggregates/minute/')) return forgotten.mayCount(decodeWindow(body));
  if (!key.startsWith('aggregates/')) return true;
  return forgotten.of(decodeWholeRolledUp(body).customerId) !== undefined;
}

function missingWindow(
  { customerId, id, payloadHash, partials }: BatchHeader,
  horizon: WindowStart,
  store: SimulatedStore,
): string | undefined {
  for (const { windowStart, part } of partials) {
    if (windowStart < horizon) continue;
    const key = minuteKey(customerId, windowStart);
    const object = store.objects.get(key);
    const held = object === undefined ? [] : idsOf(decodeWindow(object.body).partialIds);
    if (!held.includes(partialId(id, payloadHash, part).toString('hex'))) return key;
  }
  return undefined;
}

function idsOf(packed: Buffer): string[] {
  return Array.from({ length: packed.length / partialIdBytes }, (_, place) =>
    packed.toString('hex', place * partialIdBytes, (place + 1) * partialIdBytes),
  );
}

function textOf({ requests, counts }: ExpectedWindow): string {
  const sorted = Object.entries(counts).map(([field, byKey]) => [
    field,
    [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return JSON.stringify({ requests, ...Object.fromEntries(sorted) });
}
