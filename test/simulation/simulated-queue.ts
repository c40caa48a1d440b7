import type { Scheduler } from './scheduler.ts';

export interface SimulatedMessage<Body> {
  readonly messageId: string;
  readonly body: Body;
  readonly receiveCount: number;
}

/** What a consumer has done: all but these messages. */
export type Consume<Body> = (
  messages: readonly SimulatedMessage<Body>[],
) => Promise<ReadonlySet<string> | 'nothing'>;

export interface QueueSettings {
  readonly delayMilliseconds: number;
  readonly visibilityMilliseconds: number;
  readonly batchSize: number;
}

/**
 * A queue: each message comes at least once, in any order, after its delay, and again after its visibility time-out until
 * it is done.
 */
export class SimulatedQueue<Body> {
  readonly #scheduler: Scheduler;
  readonly #settings: QueueSettings;
  readonly #consume: Consume<Body>;
  readonly #messages = new Map<string, { readonly body: Body; receiveCount: number }>();
  readonly #visible: string[] = [];
  #sent = 0;
  #isDeliveryOffered = false;

  constructor(scheduler: Scheduler, settings: QueueSettings, consume: Consume<Body>) {
    this.#scheduler = scheduler;
    this.#settings = settings;
    this.#consume = consume;
  }

  get size(): number {
    return this.#messages.size;
  }

  bodies(): Body[] {
    return [...this.#messages.values()].map(({ body }) => body);
  }

  send(body: Body): void {
    const id = `m${(this.#sent += 1)}`;
    this.#messages.set(id, { body, receiveCount: 0 });
    this.#showAfter(this.#settings.delayMilliseconds, id);
  }

  #showAfter(milliseconds: number, id: string): void {
    this.#scheduler.after(milliseconds, `message ${id} is visible`, () => {
      if (!this.#messages.has(id)) return;
      this.#visible.push(id);
      this.#offerDelivery();
    });
  }

  #offerDelivery(): void {
    if (this.#isDeliveryOffered) return;
    this.#isDeliveryOffered = true;
    this.#scheduler.offer('deliver messages', () => {
      this.#isDeliveryOffered = false;
      void this.#deliver();
    });
  }

  async #deliver(): Promise<void> {
    const { chance } = this.#scheduler;
    const received: SimulatedMessage<Body>[] = [];
    for (let most = chance.upTo(this.#settings.batchSize); most > 0 && this.#visible.length > 0; most -= 1) {
      const [id] = this.#visible.splice(chance.upTo(this.#visible.length) - 1, 1);
      const message = id === undefined ? undefined : this.#messages.get(id);
      if (id === undefined || message === undefined) continue;
      message.receiveCount += 1;
      received.push({ messageId: id, body: message.body, receiveCount: message.receiveCount });
      this.#showAfter(this.#settings.visibilityMilliseconds, id);
    }
    if (this.#visible.length > 0) this.#offerDelivery();
    if (received.length === 0) return;
    const failed = await this.#consume(received);
    if (failed === 'nothing') return;
    for (const { messageId } of received) {
      // A deletion may be lost, and the message comes again.
      if (!failed.has(messageId) && !chance.happens(0.02)) this.#messages.delete(messageId);
    }
  }
}
