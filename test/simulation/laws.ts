import { decodeBatch, type BatchHeader, type StoredBatch } from '../../lib/domain/batch-format.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { batchKey, enclosingWindowKey, minuteKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { partialId, partialIdBytes } from '../../lib/domain/partial.ts';
import { decodeWholeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { windowStartOf } from '../../lib/domain/window.ts';
import { minuteOf } from '../factories.ts';
import { expectedWindow, sumOf, type ExpectedWindow } from './expected-window.ts';
import type { SentBatch } from './sent-batch.ts';
import type { SimulatedStore } from './simulated-store.ts';

export interface AcceptedBatch {
  readonly batch: SentBatch;
  readonly at: Date;
}

/** A batch that is stored, and what was sent as it. */
interface Stored {
  readonly header: StoredBatch;
  readonly sent: SentBatch;
}

/**
 * What must hold at any time and what must hold at rest, judged by what clients sent and by what they were answered. The
 * first law that is broken is kept.
 */
export class Laws {
  broken: string | undefined;
  readonly #sent = new Map<string, SentBatch>();
  readonly #now: () => Date;
  /** With the instants at which they were first accepted, by the machine's clock. */
  readonly #accepted = new Map<ObjectKey, AcceptedBatch>();
  readonly #stored = new Map<ObjectKey, Stored>();
  readonly #storedRequests = new Map<ObjectKey, number>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  sends(batch: SentBatch): void {
    this.#sent.set(batch.payloadHash, batch);
  }

  accepted(batch: SentBatch): void {
    const key = batchKey(batch.customerId, batch.id);
    if (!this.#accepted.has(key)) this.#accepted.set(key, { batch, at: this.#now() });
    if (this.#storedPayload(batch) !== batch.payloadHash)
      this.#break(`${batch.name} was accepted and is not stored`);
  }

  refusedAsReused(batch: SentBatch): void {
    if (this.#storedPayload(batch) === batch.payloadHash) {
      this.#break(`${batch.name} was refused as another payload, and is stored itself`);
    }
  }

  unexpected(what: string, error: unknown): void {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#break(`${what} failed unexpectedly: ${reason}`);
  }

  /** A window or a batch is written now. */
  wrote(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (key.startsWith('batches/')) this.#storedBatch(key, body);
    else if (key.startsWith('aggregates/minute/')) this.#wroteMinute(key, body, before);
    else if (key.startsWith('aggregates/')) this.#wroteRollUp(key, body, before);
    else if (key.startsWith('failed/')) this.#break(`a record became a failed record at ${key}`);
  }

  /** A client was told that a batch is counted. */
  toldCounted(header: BatchHeader, store: SimulatedStore): void {
    const missing = missingWindow(header, store);
    if (missing !== undefined) this.#break(`a batch was called counted, and ${missing} does not hold it`);
  }

  /** Batches of a customer that are accepted now. */
  acceptedOf(customerId: CustomerId): AcceptedBatch[] {
    return [...this.#accepted.values()].filter(({ batch }) => batch.customerId === customerId);
  }

  /** An answer says less than it claims to hold. */
  lied(how: string): void {
    this.#break(how);
  }

  checkAtRest(store: SimulatedStore): void {
    for (const { batch } of this.#accepted.values()) {
      if (this.#storedPayload(batch) !== batch.payloadHash)
        this.#break(`${batch.name} was accepted and is lost`);
    }
    const minutes = this.#checkMinutes(store);
    const hours = this.#checkRollUps('hour', minutes, store);
    this.#checkRollUps('day', hours, store);
  }

  #break(law: string): void {
    this.broken ??= law;
  }

  #storedPayload({ customerId, id }: SentBatch): string | undefined {
    return this.#stored.get(batchKey(customerId, id))?.header.payloadHash;
  }

  #storedBatch(key: ObjectKey, body: Buffer): void {
    const header = decodeBatch(body).batch;
    const sent = this.#sent.get(header.payloadHash);
    if (sent === undefined) return this.#break(`${key} is stored, and nobody sent it`);
    if (this.#stored.has(key)) return this.#break(`${key} was stored twice`);
    this.#stored.set(key, { header, sent });
    for (const { receivedAt } of sent.entries) {
      const minute = minuteKey(sent.customerId, windowStartOf(minuteOf(receivedAt)));
      this.#storedRequests.set(minute, (this.#storedRequests.get(minute) ?? 0) + 1);
    }
  }

  #wroteMinute(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    const window = decodeWindow(body);
    const ids = idsOf(window.partialIds);
    if (new Set(ids).size !== ids.length) this.#break(`${key} holds a partial twice`);
    if (window.requests > (this.#storedRequests.get(key) ?? 0)) {
      this.#break(
        `${key} counts ${window.requests} requests, and only ${this.#storedRequests.get(key) ?? 0} are stored`,
      );
    }
    if (before === undefined) return;
    const held = new Set(ids);
    const earlier = decodeWindow(before);
    if (window.requests < earlier.requests || !idsOf(earlier.partialIds).every((id) => held.has(id))) {
      this.#break(`${key} went back from revision ${earlier.revision}`);
    }
  }

  #wroteRollUp(key: ObjectKey, body: Buffer, before: Buffer | undefined): void {
    if (before === undefined) return;
    const [earlier, later] = [decodeWholeRolledUp(before), decodeWholeRolledUp(body)];
    if (later.requests < earlier.requests) this.#break(`${key} went back from revision ${earlier.revision}`);
  }

  #checkMinutes(store: SimulatedStore): Map<ObjectKey, ExpectedWindow> {
    const expected = new Map<ObjectKey, ExpectedWindow>();
    for (const { header, sent } of this.#stored.values()) {
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
    decode: (body: Buffer) => { readonly requests: number; readonly counts: ExpectedWindow['counts'] },
  ): void {
    for (const [key, should] of expected) {
      const object = store.objects.get(key);
      if (object === undefined) {
        this.#break(`${key} is missing, with ${should.requests} requests`);
        continue;
      }
      const { requests, counts } = decode(object.body);
      const is = { requests, counts };
      if (textOf(is) !== textOf(should))
        this.#break(`${key} is ${textOf(is)}, and should be ${textOf(should)}`);
    }
    for (const key of store.objects.keys()) {
      if (key.startsWith(prefix) && !expected.has(key))
        this.#break(`${key} is there, and nothing was sent for it`);
    }
  }
}

function missingWindow(
  { customerId, id, payloadHash, partials }: BatchHeader,
  store: SimulatedStore,
): string | undefined {
  for (const { windowStart, part } of partials) {
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
