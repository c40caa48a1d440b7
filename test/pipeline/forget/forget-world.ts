import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import {
  batchKey,
  customerIndexKey,
  minuteKey,
  tombstoneKey,
  windowKey,
  type ObjectKey,
} from '../../../lib/domain/keys.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { aggregate, type ReceivedRecord } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { beginForgetting } from '../../../lib/pipeline/forget/begin-forgetting.ts';
import { forgetCustomer, type ForgetPorts } from '../../../lib/pipeline/forget/forget-customer.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import { ReEmissionTimes } from '../../../lib/pipeline/verify/re-emission-times.ts';
import { verify } from '../../../lib/pipeline/verify/verify.ts';
import type { ObjectStore } from '../../../lib/ports/object-store.ts';
import { batchIdOf, customer, foldingLimits, instant, receivedRecord, windowStart } from '../../factories.ts';
import { ingestEntry } from '../ingest-entry.ts';
import { withAdmission } from '../with-admission.ts';

export const forgetting = { limits: foldingLimits, maxSeconds: 60 };
export const minute = minuteKey(customer(), windowStart());
export const hour = windowKey(customer(), 'hour', windowStart('2025-12-28T18:00:00Z'));
export const day = windowKey(customer(), 'day', windowStart('2025-12-28T00:00:00Z'));
export const index = customerIndexKey(customer());
export const tombstone = tombstoneKey(customer());
export const keyOf = (key: string, of = customer()) => batchKey(of, batchIdOf(key));

/** A store in which others act just before an operation, once. */
class HookedStore extends InMemoryObjectStore {
  readonly before = new Map<string, () => Promise<unknown>>();
  readonly written: ObjectKey[] = [];

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    await this.#happen(`get ${args[0]}`);
    return super.get(...args);
  }

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    await this.#happen(`put ${args[0]}`);
    this.written.push(args[0]);
    return super.put(...args);
  }

  override async delete(...args: Parameters<InMemoryObjectStore['delete']>) {
    await this.#happen(`delete ${args[0]}`);
    return super.delete(...args);
  }

  async #happen(moment: string): Promise<void> {
    const hook = this.before.get(moment);
    this.before.delete(moment);
    await hook?.();
  }
}

interface Sending {
  readonly of?: ReturnType<typeof customer>;
  readonly path?: string;
  readonly skewSeconds?: number;
  readonly through?: ObjectStore;
}

/** A pipeline in memory whose time the test sets, with a customer to forget. */
export class ForgetWorld {
  now = instant('2025-12-28T18:04:00Z');
  readonly clock = { now: () => this.now };
  readonly store = new HookedStore();
  readonly #stream = createInMemoryEventStream({ clock: this.clock });
  readonly #streams = { insights: this.#stream, late: this.#stream };

  /** Returns the ports of a process that forgets. */
  ports(store: ObjectStore = this.store) {
    return withAdmission({ store, streams: this.#streams, clock: this.clock });
  }

  async send(
    key: string,
    { of = customer(), path = '/', skewSeconds = 0, through = this.store }: Sending = {},
  ) {
    const clock = { now: () => new Date(this.now.getTime() + skewSeconds * 1_000) };
    return ingestEntry(key, { store: through, stream: this.#stream, clock }, { customerId: of, path });
  }

  emitted(): readonly ReceivedRecord[] {
    return this.#stream.drain().map(({ data }, index) => receivedRecord(`${index}`, data));
  }

  async count(records: readonly ReceivedRecord[] = this.emitted(), through: ObjectStore = this.store) {
    return aggregate(records, { store: through, clock: this.clock }, foldingLimits);
  }

  async rollUpAll(through: ObjectStore = this.store) {
    return rollUp([{ messageId: 'm', key: minute }], { store: through, clock: this.clock }, forgetting);
  }

  async sendAndCount(key: string, sending: Sending = {}): Promise<void> {
    await this.send(key, sending);
    await this.count();
  }

  /** @param others  ports in place of the usual ones */
  async forget(through: ObjectStore = this.store, others: Partial<ForgetPorts> = {}) {
    const ports = { ...this.ports(through), ...others };
    const { tombstone: written } = await beginForgetting(customer(), ports);
    if (written === undefined) throw new Error('There is nothing to forget.');
    const forgotten = await forgetCustomer(written, ports, forgetting);
    if (!forgotten.isDone) throw new Error('It is not forgotten yet.');
    return forgotten;
  }

  async verdictOn(key: string) {
    this.now = new Date(this.now.getTime() + 120_000);
    const { now } = this;
    const notification = { messageId: key, key: keyOf(key), receiveCount: 2, firstReceivedAt: now };
    const options = {
      marginSeconds: 5,
      lookAgainSeconds: 60,
      overdueSeconds: 900,
      maxSeconds: 30,
      onlyEmitterSince: undefined,
    };
    const ports = { ...this.ports(), reEmissions: new ReEmissionTimes() };
    const [verified] = await verify([notification], ports, options);
    return verified?.verdict.kind;
  }

  async keys(): Promise<string[]> {
    const found: string[] = [];
    for await (const key of this.store.list('')) found.push(key);
    return found;
  }

  async requests(): Promise<number | undefined> {
    const object = await this.store.get(minute);
    return object && decodeWindow(object.body).requests;
  }
}
