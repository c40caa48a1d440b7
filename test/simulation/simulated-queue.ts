import type { Scheduler } from './scheduler.ts';

export interface SimulatedMessage<Body> {
  readonly messageId: string;
  readonly body: Body;
  readonly receiveCount: number;
  readonly firstReceivedAt: Date;
}

/** Consumer that handles all messages except those that it returns. */
export type Consume<Body> = (
  messages: readonly SimulatedMessage<Body>[],
) => Promise<ReadonlySet<string> | 'nothing'>;

export interface QueueSettings {
  readonly delayMilliseconds: number;
  readonly visibilityMilliseconds: number;
  readonly batchSize: number;
}

interface KeptMessage<Body> {
  readonly body: Body;
  receiveCount: number;
  firstReceivedAt: number | undefined;
}

/** A message that waits for the outcome of the write that it announces. */
export interface HeldMessage {
  readonly id: string;
  release(): void;
  withdraw(): void;
}

/**
 * A queue that delivers each message at least once, in any order, after its delay, and again after its visibility
 * time-out until it is done.
 */
export class SimulatedQueue<Body> {
  readonly #scheduler: Scheduler;
  readonly #settings: QueueSettings;
  readonly #consume: Consume<Body>;
  readonly #messages = new Map<string, KeptMessage<Body>>();
  readonly #visible: string[] = [];
  #sent = 0;
  #isDeliveryOffered = false;

  readonly #onGone: (id: string) => void;

  /** @param onGone  called with each deleted message */
  constructor(
    scheduler: Scheduler,
    settings: QueueSettings,
    consume: Consume<Body>,
    onGone: (id: string) => void = () => {},
  ) {
    this.#scheduler = scheduler;
    this.#settings = settings;
    this.#consume = consume;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#messages.size;
  }

  *messages(): Generator<{ readonly id: string; readonly body: Body }> {
    for (const [id, { body }] of this.#messages) yield { id, body };
  }

  send(body: Body): void {
    this.hold(body).release();
  }

  /** Adds a message that is not delivered before it is released. */
  hold(body: Body): HeldMessage {
    const id = `m${(this.#sent += 1)}`;
    this.#messages.set(id, { body, receiveCount: 0, firstReceivedAt: undefined });
    let isHeld = true;
    const settle = (act: () => void) => () => {
      if (isHeld) act();
      isHeld = false;
    };
    return {
      id,
      release: settle(() => this.#showAfter(this.#settings.delayMilliseconds, id)),
      withdraw: settle(() => this.#remove(id)),
    };
  }

  #remove(id: string): void {
    this.#messages.delete(id);
    this.#onGone(id);
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
      message.firstReceivedAt ??= this.#scheduler.time;
      const { body, receiveCount, firstReceivedAt } = message;
      received.push({ messageId: id, body, receiveCount, firstReceivedAt: new Date(firstReceivedAt) });
      this.#showAfter(this.#settings.visibilityMilliseconds, id);
    }
    if (this.#visible.length > 0) this.#offerDelivery();
    if (received.length === 0) return;
    const failed = await this.#consume(received);
    if (failed === 'nothing') return;
    for (const { messageId } of received) {
      // A deletion may be lost; then the message is delivered again.
      if (!failed.has(messageId) && !chance.happens(0.02)) this.#remove(messageId);
    }
  }
}
