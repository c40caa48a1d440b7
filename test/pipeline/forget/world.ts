import type fc from 'fast-check';
import { expect } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { aggregate, type ReceivedRecord } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { beginForgetting } from '../../../lib/pipeline/forget/begin-forgetting.ts';
import { forgetCustomer } from '../../../lib/pipeline/forget/forget-customer.ts';

import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import type { Streams } from '../../../lib/pipeline/streams/streams.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import {
  customer,
  instant,
  receivedRecord,
  sentEntry,
  sentJson,
  simpleRules,
  foldingLimits as limits,
} from '../../factories.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import { withAdmission } from '../with-admission.ts';

/** A process that works on the store; each may get another view of it. */
export type Actor = 'ingest' | 'aggregate' | 'verify' | 'roll-up' | 'forget';

/** Creates a view of the store that removes a protection. It is called anew for each invocation. */
export type Weakened = (shared: ObjectStore, actor: Actor) => ObjectStore;

export interface SentBatch {
  readonly key: string;
  /** Minutes of 18:00. */
  readonly minutes: readonly number[];
  readonly skewMilliseconds: number;
}

const looks = {
  marginSeconds: 0,
  lookAgainSeconds: 0,
  overdueSeconds: 900,
  onlyEmitterSince: undefined,
  maxSeconds: 1_000_000,
};
/** Many more than any history takes that comes to rest. */
const mostOperations = 20_000;
const farFuture = instant('2100-01-01T00:00:00Z');

/**
 * The pipeline in one process, with every read and write in an order that a scheduler picks: between two operations
 * of one process, any other may act. Records and notifications are delivered at least once, and those of a killed
 * invocation again.
 */
export class World {
  readonly store = new InMemoryObjectStore();
  readonly #scheduler: fc.Scheduler;
  readonly #weakened: Weakened;
  readonly #crashesAt: number[];
  readonly #running = new Set<Promise<void>>();
  #records: ReceivedRecord[] = [];
  #consuming: Promise<void> = Promise.resolve();
  /** Batches to look at again, when everything else is done. */
  readonly #toVerify = new Set<ObjectKey>();
  #operations = 0;

  /** @param crashesAt  for each invocation in turn, the operation at which it is killed; 0 for none */
  constructor(scheduler: fc.Scheduler, crashesAt: readonly number[], weakened: Weakened) {
    this.#scheduler = scheduler;
    this.#crashesAt = [...crashesAt];
    this.#weakened = weakened;
  }

  /** Time advances with each operation, by a fifth of a second. */
  readonly clock = { now: () => new Date(Date.parse('2025-12-28T18:04:00Z') + this.#operations * 200) };

  /** Sends like a client that repeats until it is answered. */
  async send({ key, minutes, skewMilliseconds }: SentBatch): Promise<void> {
    const entries = minutes.map((minute) =>
      sentEntry({ receivedAt: `2025-12-28T18:0${minute}:07Z`, path: `/${key}` }),
    );
    const clock = { now: () => new Date(this.clock.now().getTime() + skewMilliseconds) };
    const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
    const ports = withAdmission({ store: this.#storeOf('ingest', 0), streams: this.#streams, clock });
    for (;;) {
      const store = this.#storeOf('ingest', 0);
      try {
        await ingest(await readBatch(sentJson(key, entries), 100_000), { ...ports, store }, options);
        return;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
      }
    }
  }

  async forget(): Promise<void> {
    const streams = this.#streams;
    const ports = withAdmission({ store: this.#storeOf('forget', 0), streams, clock: this.clock });
    const { tombstone } = await beginForgetting(customer(), ports);
    if (tombstone === undefined) throw new Error('There is nothing to forget.');
    const options = { limits, maxSeconds: 1_000_000 };
    for (;;) if ((await forgetCustomer(tombstone, ports, options)).isDone) return;
  }

  /** Waits until every record and notification has been handled. */
  async settle(): Promise<void> {
    for (;;) {
      while (this.#running.size > 0) await Promise.all(this.#running);
      if (this.#operations > mostOperations) expect.fail('It does not come to rest.');
      if (this.#toVerify.size === 0) return;
      const keys = [...this.#toVerify];
      this.#toVerify.clear();
      for (const key of keys) this.#run(() => this.#verify(key));
    }
  }

  readonly #streams: Streams = {
    insights: {
      put: async (records) => {
        await this.#turn();
        this.#records.push(
          ...records.map(({ data }, index) => receivedRecord(`${this.#operations}-${index}`, data)),
        );
        this.#run(() => this.#consume());
      },
      backlog: async () => undefined,
      backlogOf: async () => undefined,
      // Every missing partial counts as lost, so many are emitted again that are still on their way.
      consumedThrough: async () => farFuture,
    },
    late: createInMemoryEventStream({ clock: { now: () => farFuture } }),
  };

  #run(work: () => Promise<void>): void {
    if (this.#operations > mostOperations) return;
    const running: Promise<void> = work().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Runs one invocation after the other, as for one partition. */
  #consume(): Promise<void> {
    this.#consuming = this.#consuming.then(async () => {
      const records = this.#records.splice(0, 3);
      if (records.length === 0) return;
      const ports = { store: this.#invocation('aggregate'), clock: this.clock };
      const { failed } = await aggregate(records, ports, limits);
      if (failed.length === 0) return;
      this.#records.unshift(...records);
      this.#run(() => this.#consume());
    });
    return this.#consuming;
  }

  async #rollUp(key: ObjectKey): Promise<void> {
    const ports = { store: this.#invocation('roll-up'), clock: this.clock };
    const rolledUp = await rollUp([{ messageId: key, key }], ports, { limits, maxSeconds: 1_000_000 });
    if (rolledUp.some(({ outcome }) => outcome.kind === 'failed')) this.#run(() => this.#rollUp(key));
  }

  async #verify(key: ObjectKey): Promise<void> {
    const notification = { messageId: key, key, receiveCount: 2, firstReceivedAt: this.clock.now() };
    const { clock } = this;
    const streams = this.#streams;
    const ports = {
      ...withAdmission({ store: this.#storeOf('verify', 0), streams, clock }),
      reEmissions: new ReEmissionTimes(),
    };
    const [verified] = await verify([notification], ports, looks);
    const kind = verified?.verdict.kind;
    if (kind !== 'counted' && kind !== 'absent') this.#toVerify.add(key);
  }

  #invocation(actor: Actor): ObjectStore {
    return this.#storeOf(actor, this.#crashesAt.shift() ?? 0);
  }

  #storeOf(actor: Actor, crashesAt: number): ObjectStore {
    let operations = 0;
    const turn = async () => {
      operations += 1;
      if (operations === crashesAt) throw new Unavailable('killed');
      await this.#turn();
    };
    const { store } = this;
    const announce = (key: ObjectKey) => {
      if (key.startsWith('batches/')) this.#run(() => this.#verify(key));
      if (key.startsWith('aggregates/minute/')) this.#run(() => this.#rollUp(key));
    };
    const shared: ObjectStore = {
      get: (...args) => turn().then(() => store.get(...args)),
      async put(key, ...args) {
        await turn();
        const written = await store.put(key, ...args);
        announce(key);
        return written;
      },
      delete: (...args) => turn().then(() => store.delete(...args)),
      async *list(...args) {
        await turn();
        for await (const key of store.list(...args)) yield key;
      },
    };
    return this.#weakened(shared, actor);
  }

  async #turn(): Promise<void> {
    this.#operations += 1;
    await this.#scheduler.schedule(Promise.resolve());
  }
}
