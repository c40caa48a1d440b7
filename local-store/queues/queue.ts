import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/ports/clock.ts';
import type { GroupCommit } from '../durable-database/group-commit.ts';
import type { HeldMessage, LocalQueue, QueueDepth, QueuedMessage, ReceiveLimits } from '../local-queue.ts';
import type { Logger } from '../logger.ts';
import { Wakeups } from '../wakeups.ts';
import { commitGroups } from './commit-groups.ts';
import type { MessageContent } from './message-format.ts';
import { roomForMessages, type ChangeSize } from './message-room.ts';
import type { MessageTables, Place, ScheduledMessage } from './message-tables.ts';
import { listMessages, placeOf, queued, scheduledOf } from './queued-messages.ts';
import type { DeadLetters, QueueSettings } from './settings.ts';
import { traced } from '../trace.ts';

export interface QueueParts {
  readonly tables: MessageTables;
  readonly commits: GroupCommit;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws RangeError  there is none of this name */
  readonly queueNamed: (name: string) => Queue;
  /** Told of a message that is gone for good, and not only in another queue. */
  readonly onRemoved: ((id: string) => void) | undefined;
}

/** So long a message that nobody waits for waits for another change to share its flush with. */
const patienceMilliseconds = 50;

interface Chosen {
  readonly message: ScheduledMessage;
  readonly content: MessageContent;
}

/** See `LocalQueue`. Each change makes sure within its commit, when nothing else can come between, that it still holds. */
export class Queue implements LocalQueue {
  readonly name: string;
  readonly delaySeconds: number;
  readonly #settings: QueueSettings;
  readonly #parts: QueueParts;
  readonly #tables: MessageTables;
  /** Messages that are not delivered, as their fate isn't known. In memory alone: a crash releases them. */
  readonly #held = new Set<string>();
  /** What the commit that is being made has changed: reads don't see that yet. */
  readonly #changing = new Set<string>();
  readonly #inFlight = new Map<string, { readonly until: number }>();
  readonly #wakeups = new Wakeups();
  #arrivals = 0;

  constructor(settings: QueueSettings, parts: QueueParts) {
    this.name = settings.name;
    this.delaySeconds = settings.delaySeconds;
    this.#settings = settings;
    this.#parts = parts;
    this.#tables = parts.tables;
  }

  get arrivals(): number {
    return this.#arrivals;
  }

  get visibilityTimeoutSeconds(): number {
    return this.#settings.visibilityTimeoutSeconds;
  }

  async send(body: string): Promise<void> {
    await this.#add(this.#newMessage(), body);
    this.#arrive(1);
  }

  async sendPatiently(body: string): Promise<void> {
    await this.#add(this.#newMessage(), body, (change) =>
      this.#parts.commits.submitPatiently(change, patienceMilliseconds),
    );
    this.#arrive(1);
  }

  async hold(body: string): Promise<HeldMessage> {
    const message = this.#newMessage();
    const release = () => {
      this.#held.delete(message.id);
      this.#arrive(1);
    };
    this.#held.add(message.id);
    try {
      await this.#add(message, body);
    } catch (error) {
      this.#held.delete(message.id);
      throw error;
    }
    return {
      id: message.id,
      release,
      withdraw: () => {
        // Where it cannot be removed, it becomes a message: one too many is allowed, and there is none to lose.
        this.#remove([message]).then(() => this.#held.delete(message.id), release);
      },
    };
  }

  async receive(limits: ReceiveLimits): Promise<readonly QueuedMessage[]> {
    const now = this.#now();
    const received: QueuedMessage[] = [];
    // Read before the commits, as what cannot be read must fail this call alone and not all who share a commit.
    for (const chosen of commitGroups(this.#choose(now, limits))) {
      try {
        received.push(...(await this.#receiveTogether(chosen, now)));
      } catch (error) {
        // What is received by now is hidden already and has to be done; the next receive fails as this one did.
        if (received.length === 0) throw error;
        break;
      }
    }
    return received;
  }

  async delete(messages: readonly QueuedMessage[]): Promise<void> {
    await traced('delete messages', this.name, () => this.#remove(messages.map(placeOf)));
    for (const { id, visibleAt } of messages) {
      if (this.#inFlight.get(id)?.until === visibleAt.getTime()) this.#inFlight.delete(id);
    }
  }

  async hide(messages: readonly QueuedMessage[], seconds: number): Promise<void> {
    const visibleAt = this.#now() + seconds * 1000;
    await this.#moveTo(
      visibleAt,
      messages.map((message) => scheduledOf(message)),
    );
    for (const { id, visibleAt: until } of messages) {
      if (this.#inFlight.get(id)?.until === until.getTime()) this.#inFlight.set(id, { until: visibleAt });
    }
  }

  async takeBackReceived(): Promise<number> {
    const now = this.#now();
    this.#tables.refresh();
    const hidden = Array.from(this.#tables.scheduled(now + 1, Infinity)).filter(
      ({ id, receiveCount }) => receiveCount > 0 && !this.#inFlight.has(id),
    );
    await this.#moveTo(now, hidden);
    this.#arrive(hidden.length);
    return hidden.length;
  }

  nextVisibleAt(): Date | undefined {
    const now = this.#now();
    const latest = this.#latestVisibleAt(now);
    this.#tables.refresh();
    for (const { id } of this.#tables.scheduled(latest + 1, Infinity)) {
      if (!this.#held.has(id)) return new Date(now);
    }
    for (const { id, visibleAt } of this.#tables.scheduled(0, latest + 1)) {
      if (!this.#held.has(id)) return new Date(visibleAt);
    }
    return undefined;
  }

  visibleTogetherAt(count: number): Date | undefined {
    this.#tables.refresh();
    const visibleAt = this.#tables.visibleAtOf(count);
    return visibleAt === undefined ? undefined : new Date(visibleAt);
  }

  waitForArrivals(arrivals: number, signal: AbortSignal): Promise<void> {
    return arrivals <= this.#arrivals ? Promise.resolve() : this.#wakeups.wait(arrivals, signal);
  }

  depth(): QueueDepth {
    const now = this.#now();
    this.#tables.refresh();
    for (const [id, { until }] of this.#inFlight) if (until <= now) this.#inFlight.delete(id);
    const visible = this.#tables.countBefore(now + 1);
    const oldestSentAt = this.#tables.oldestSentAt();
    return {
      visible,
      waiting: Math.max(0, this.#tables.count() - visible - this.#inFlight.size),
      inFlight: this.#inFlight.size,
      oldestSentAt: oldestSentAt === undefined ? undefined : new Date(oldestSentAt),
    };
  }

  list(): Iterable<QueuedMessage> {
    return listMessages(this.#tables);
  }

  async redrive(messages: readonly QueuedMessage[]): Promise<number> {
    const returning = messages.map((message) => ({
      place: placeOf(message),
      body: message.body,
      queue: this.#queueThatGaveUp(message),
    }));
    let moved = 0;
    for (const group of commitGroups(returning)) {
      const arrivedIn: Queue[] = [];
      const write = () => {
        for (const { place, body, queue } of group) {
          if (!this.#claim(place)) continue;
          this.#tables.remove(place);
          queue.#tables.add(
            { ...queue.#newMessage(), id: place.id, visibleAt: this.#now() },
            { body, givenUpBy: undefined },
          );
          arrivedIn.push(queue);
        }
      };
      await this.#change(write, { messages: 2 * group.length, contents: group });
      for (const queue of arrivedIn) queue.#arrive(1);
      moved += arrivedIn.length;
    }
    return moved;
  }

  async #receiveTogether(chosen: readonly Chosen[], now: number): Promise<readonly QueuedMessage[]> {
    const visibleAt = now + this.#settings.visibilityTimeoutSeconds * 1000;
    const { deadLetters } = this.#settings;
    const received: QueuedMessage[] = [];
    let givenUp = 0;
    const write = () => {
      for (const { message, content } of chosen) {
        if (!this.#claim(message)) continue;
        if (deadLetters !== undefined && this.#isToBeGivenUp(message)) {
          givenUp += 1;
          this.#tables.remove(message);
          const { tables } = this.#parts.queueNamed(deadLetters.queueName).#parts;
          tables.add({ ...message, visibleAt: now }, { ...content, givenUpBy: this.name });
        } else {
          const next = {
            ...message,
            visibleAt,
            receiveCount: message.receiveCount + 1,
            firstReceivedAt: message.firstReceivedAt ?? now,
          };
          this.#tables.reschedule(message, next);
          received.push(queued(next, content));
        }
      }
    };
    const leaving = chosen.filter(({ message }) => this.#isToBeGivenUp(message));
    const contents = leaving.map(({ content }) => content);
    await this.#change(write, { messages: chosen.length + leaving.length, contents });
    for (const { id } of received) this.#inFlight.set(id, { until: visibleAt });
    if (deadLetters !== undefined && givenUp > 0) this.#reportGivenUp(givenUp, deadLetters);
    return received;
  }

  /** What is visible, within the limits; what will be given up counts as a message and has no bytes. */
  #choose(now: number, { maxMessages, maxBytes, bytesOf }: ReceiveLimits): readonly Chosen[] {
    const chosen: Chosen[] = [];
    let bytes = 0;
    this.#tables.refresh();
    for (const message of this.#visible(now)) {
      if (this.#held.has(message.id)) continue;
      const content = this.#tables.content(message);
      if (!this.#isToBeGivenUp(message)) {
        const more = bytesOf(content.body);
        if (bytes > 0 && bytes + more > maxBytes) break;
        bytes += more;
      }
      chosen.push({ message, content });
      if (chosen.length === maxMessages) break;
    }
    return chosen;
  }

  /**
   * What can be received now: what is due, and what is due later than any delay or time-out from now could make it. That
   * was scheduled by a clock which has since been set back, and would otherwise stay hidden for as long.
   */
  *#visible(now: number): Generator<ScheduledMessage> {
    yield* this.#tables.scheduled(0, now + 1);
    yield* this.#tables.scheduled(this.#latestVisibleAt(now) + 1, Infinity);
  }

  #latestVisibleAt(now: number): number {
    return now + Math.max(this.#settings.delaySeconds, this.#settings.visibilityTimeoutSeconds) * 1000;
  }

  async #add(message: ScheduledMessage, body: string, submit?: GroupCommit['submit']): Promise<void> {
    const content = { body, givenUpBy: undefined };
    await this.#change(
      () => this.#tables.add(message, content),
      { messages: 1, contents: [content] },
      submit,
    );
  }

  async #remove(places: readonly Place[]): Promise<void> {
    for (const group of commitGroups(places)) {
      const removed: string[] = [];
      const remove = () => {
        for (const place of group) {
          if (!this.#claim(place)) continue;
          this.#tables.remove(place);
          removed.push(place.id);
        }
      };
      await this.#change(remove, { messages: group.length, contents: [] });
      for (const id of removed) this.#parts.onRemoved?.(id);
    }
  }

  async #moveTo(visibleAt: number, messages: readonly ScheduledMessage[]): Promise<void> {
    for (const group of commitGroups(messages)) {
      const reschedule = () => {
        for (const message of group) {
          if (this.#claim(message)) this.#tables.reschedule(message, { ...message, visibleAt });
        }
      };
      await this.#change(reschedule, { messages: group.length, contents: [] });
    }
  }

  #isToBeGivenUp({ receiveCount }: ScheduledMessage): boolean {
    return receiveCount >= (this.#settings.deadLetters?.maxReceiveCount ?? Infinity);
  }

  async #change(
    write: () => void,
    size: ChangeSize,
    submit: GroupCommit['submit'] = (change) => this.#parts.commits.submit(change),
  ): Promise<void> {
    await submit({ write, settle: () => this.#changing.clear(), room: roomForMessages(size) });
  }

  /** Within a commit: whether the message is where it was, and nobody else in this commit changes it. */
  #claim(place: Place): boolean {
    if (this.#changing.has(place.id)) return false;
    if (this.#changing.size === 0) this.#tables.refresh();
    if (!this.#tables.has(place)) return false;
    this.#changing.add(place.id);
    return true;
  }

  #reportGivenUp(messages: number, { queueName, maxReceiveCount }: DeadLetters): void {
    this.#parts.queueNamed(queueName).#arrive(messages);
    this.#parts.logger.warn('Messages were received too many times, and are dead letters now.', {
      queue: this.name,
      deadLetterQueue: queueName,
      messages,
      maxReceiveCount,
    });
  }

  #arrive(messages: number): void {
    this.#arrivals += messages;
    this.#wakeups.wakeThrough(this.#arrivals);
  }

  #newMessage(): ScheduledMessage {
    const sentAt = this.#now();
    const visibleAt = sentAt + this.#settings.delaySeconds * 1000;
    return { id: randomUUID(), sentAt, visibleAt, receiveCount: 0, firstReceivedAt: undefined };
  }

  #queueThatGaveUp({ id, givenUpBy }: QueuedMessage): Queue {
    if (givenUpBy === undefined) throw new RangeError(`No queue gave up the message ${id} of ${this.name}.`);
    return this.#parts.queueNamed(givenUpBy);
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}
