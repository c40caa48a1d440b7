import type { ObjectKey } from '../../../lib/domain/keys.ts';
import type { SimulatedStore } from '../simulated-store.ts';
import {
  decode,
  horizonKey,
  hourKey,
  hourOf,
  isForgotten,
  minutePrefix,
  partialsOf,
  type Batch,
  type Part,
  type Tombstone,
} from './documents.ts';

interface Accepted {
  readonly batch: Batch;
  readonly at: number;
}

/** An answer about an hour of minutes. */
export interface Answer {
  readonly customer: string;
  readonly hour: number;
  readonly requests: ReadonlyMap<number, number>;
  /** Everything accepted before this instant is in the counts; `undefined` if that is not known. */
  readonly countedThrough: number | undefined;
}

/** The laws of minutes that have several parts. */
export class SplitLaws {
  broken: string | undefined;
  readonly #stored = new Map<ObjectKey, Batch>();
  readonly #accepted = new Map<ObjectKey, Accepted>();
  readonly #tombstones = new Map<string, Tombstone>();
  readonly #expired = new Set<ObjectKey>();
  #horizon = 0;

  unexpected(what: string, error: unknown): void {
    this.#break(`${what} failed unexpectedly: ${error instanceof Error ? error.stack : String(error)}`);
  }

  accepted(key: ObjectKey, at: number): void {
    const batch = this.#stored.get(key);
    if (batch === undefined) return this.#break(`${key} was accepted and is not stored`);
    if (this.#accepted.get(key)?.batch.storedAt !== batch.storedAt) this.#accepted.set(key, { batch, at });
  }

  wrote(key: ObjectKey, body: Buffer, before: Buffer | undefined, store: SimulatedStore): void {
    if (key.startsWith('batches/')) this.#stored.set(key, decode<Batch>({ body }));
    else if (key === horizonKey) this.#horizon = decode<{ minute: number }>({ body }).minute;
    else if (key.startsWith('forgotten/'))
      this.#tombstones.set(key.slice('forgotten/'.length), decode<Tombstone>({ body }));
    else if (key.startsWith(minutePrefix)) this.#wrotePart(key, decode<Part>({ body }), before, store);
  }

  deleted(key: ObjectKey, body: Buffer): void {
    if (!key.startsWith(minutePrefix)) return;
    const part = decode<Part>({ body });
    if (part.minute < this.#horizon) this.#expired.add(key);
    else if (part.forgottenBefore >= (this.#tombstones.get(part.customer)?.before ?? 0))
      this.#break(`${key} was removed, but was not forgotten`);
  }

  acceptedOf(customer: string): Accepted[] {
    return [...this.#accepted.values()].filter(({ batch }) => batch.customer === customer);
  }

  /** @param accepted  batches that had been accepted when somebody asked */
  answered({ customer, hour, requests, countedThrough }: Answer, accepted: readonly Accepted[]): void {
    const expected = new Map<number, number>();
    for (const { batch, at } of accepted) {
      if (countedThrough === undefined || at >= countedThrough || this.#isForgotten(batch)) continue;
      for (const [minute, count] of batch.minutes)
        if (minute >= this.#horizon && hourOf(minute) === hour)
          expected.set(minute, (expected.get(minute) ?? 0) + count);
    }
    for (const [minute, should] of expected) {
      const is = requests.get(minute) ?? 0;
      if (is < should)
        this.#break(
          `an answer of ${customer} has ${is} requests in ${minute}, and ${should} are said to be counted`,
        );
    }
  }

  /** Audits the store: each part holds exactly the ids of its batches, and each hour is the sum of all parts. */
  checkAtRest(store: SimulatedStore): void {
    const parts = new Map<ObjectKey, { requests: number; readonly ids: string[] }>();
    const hours = new Map<ObjectKey, number>();
    for (const [key, batch] of this.#stored) {
      if (store.objects.has(key) === this.#isForgotten(batch))
        this.#break(`${key} is ${store.objects.has(key) ? 'forgotten and there' : 'lost'}`);
      if (this.#isForgotten(batch)) continue;
      for (const { key: place, customer, minute, id, requests } of partialsOf(batch)) {
        if (minute < this.#horizon) continue;
        const part = parts.get(place) ?? { requests: 0, ids: [] };
        parts.set(place, { requests: part.requests + requests, ids: [...part.ids, id] });
        const hour = hourKey(customer, hourOf(minute));
        hours.set(hour, (hours.get(hour) ?? 0) + requests);
      }
    }
    for (const [key, { body }] of store.objects) {
      if (key.startsWith(minutePrefix)) {
        const { requests, ids } = decode<Part>({ body });
        const should = parts.get(key);
        parts.delete(key);
        if (requests !== should?.requests || ids.toSorted().join() !== should.ids.toSorted().join())
          this.#break(
            `${key} has ${requests} requests of ${ids.join()}, and should have ${should?.requests} of ${should?.ids.join()}`,
          );
      } else if (key.startsWith('aggregates/hour/')) {
        const { requests } = decode<{ requests: number }>({ body });
        if (requests !== hours.get(key))
          this.#break(`${key} has ${requests} requests, and should have ${hours.get(key)}`);
        hours.delete(key);
      }
    }
    for (const key of [...parts.keys(), ...hours.keys()]) this.#break(`${key} is missing`);
  }

  #break(law: string): void {
    this.broken ??= law;
  }

  #isForgotten({ customer, storedAt }: Batch): boolean {
    return isForgotten(storedAt, this.#tombstones.get(customer));
  }

  #wrotePart(key: ObjectKey, part: Part, before: Buffer | undefined, store: SimulatedStore): void {
    if (this.#expired.has(key)) this.#break(`${key} had expired and was deleted, and exists again`);
    if (new Set(part.ids).size !== part.ids.length) this.#break(`${key} holds a partial twice`);
    const whole = key.replace(/\..*/, '');
    for (const [other, { body }] of store.objects) {
      if (other === key || other.replace(/\..*/, '') !== whole) continue;
      const { ids, forgottenBefore } = decode<Part>({ body });
      const shared = ids.find((id) => part.ids.includes(id));
      // A part from before the tombstone is removed as a whole.
      if (shared !== undefined && forgottenBefore === part.forgottenBefore)
        this.#break(`${shared} is in ${key} and in ${other}: it is counted twice`);
    }
    if (before === undefined) return;
    const earlier = decode<Part>({ body: before });
    if (part.forgottenBefore === earlier.forgottenBefore && !earlier.ids.every((id) => part.ids.includes(id)))
      this.#break(`${key} went back`);
  }
}
