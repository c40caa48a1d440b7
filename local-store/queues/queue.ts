import type { HeldMessage, LocalQueue, QueueDepth, QueuedMessage, ReceiveLimits } from '../local-queue.ts';
import { traced } from '../trace.ts';
import { holdMessage } from './hold-message.ts';
import { newMessage, type QueueParts } from './queue-parts.ts';
import { listMessages, placeOf, scheduledOf } from './queued-messages.ts';
import { receiveMessages } from './receive-messages.ts';
import { redriveMessages } from './redrive-messages.ts';
import { nextVisibleAt } from './visible-messages.ts';

/** A queue as its users see it, composed of its parts; see `LocalQueue`. */
export class Queue implements LocalQueue {
  readonly name: string;
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly #parts: QueueParts;

  constructor(parts: QueueParts) {
    this.name = parts.settings.name;
    this.delaySeconds = parts.settings.delaySeconds;
    this.visibilityTimeoutSeconds = parts.settings.visibilityTimeoutSeconds;
    this.#parts = parts;
  }

  get arrivals(): number {
    return this.#parts.arrivals.count;
  }

  waitForArrivals(arrivals: number, signal: AbortSignal): Promise<void> {
    return this.#parts.arrivals.wait(arrivals, signal);
  }

  async send(body: string): Promise<void> {
    const { changes, arrivals } = this.#parts;
    await changes.add(newMessage(this.#parts), { body, sourceQueue: undefined });
    arrivals.add(1);
  }

  async sendPatiently(body: string): Promise<void> {
    const { changes, arrivals, submitPatiently } = this.#parts;
    await changes.add(newMessage(this.#parts), { body, sourceQueue: undefined }, submitPatiently);
    arrivals.add(1);
  }

  hold(body: string): Promise<HeldMessage> {
    return holdMessage(this.#parts, body);
  }

  receive(limits: ReceiveLimits): Promise<readonly QueuedMessage[]> {
    return receiveMessages(this.#parts, limits);
  }

  async delete(messages: readonly QueuedMessage[]): Promise<void> {
    const { changes, inFlight, onRemoved } = this.#parts;
    await traced('delete messages', this.name, () => changes.remove(messages.map(placeOf), onRemoved));
    inFlight.remove(messages);
  }

  async hide(messages: readonly QueuedMessage[], seconds: number): Promise<void> {
    const { changes, inFlight } = this.#parts;
    const visibleAt = this.#now() + seconds * 1000;
    await changes.reschedule(messages.map(scheduledOf), visibleAt);
    inFlight.extend(messages, visibleAt);
  }

  async takeBackReceived(): Promise<number> {
    const { tables, changes, inFlight, arrivals } = this.#parts;
    const now = this.#now();
    tables.refresh();
    const hidden = Array.from(tables.scheduled(now + 1, Infinity)).filter(
      ({ id, receiveCount }) => receiveCount > 0 && !inFlight.has(id),
    );
    await changes.reschedule(hidden, now);
    arrivals.add(hidden.length);
    return hidden.length;
  }

  nextVisibleAt(): Date | undefined {
    return nextVisibleAt(this.#parts, this.#now());
  }

  visibleTogetherAt(count: number): Date | undefined {
    const { tables } = this.#parts;
    tables.refresh();
    const visibleAt = tables.visibleAtOf(count);
    return visibleAt === undefined ? undefined : new Date(visibleAt);
  }

  depth(): QueueDepth {
    const { tables, inFlight } = this.#parts;
    const now = this.#now();
    tables.refresh();
    const received = inFlight.count(now);
    const visible = tables.countBefore(now + 1);
    const oldestSentAt = tables.oldestSentAt();
    return {
      visible,
      waiting: Math.max(0, tables.count() - visible - received),
      inFlight: received,
      oldestSentAt: oldestSentAt === undefined ? undefined : new Date(oldestSentAt),
    };
  }

  list(): Iterable<QueuedMessage> {
    return listMessages(this.#parts.tables);
  }

  redrive(messages: readonly QueuedMessage[]): Promise<number> {
    return redriveMessages(this.#parts, messages);
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}
