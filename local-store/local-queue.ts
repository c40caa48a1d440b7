import type { DeliveredMessage } from '../event-source/queue/sqs-event.ts';

/** A message of a queue. */
export type QueuedMessage = DeliveredMessage;

export interface ReceiveLimits {
  /** At least 1. */
  readonly maxMessages: number;
  /** Limit for all messages together, by `bytesOf`; a first message that is larger is received alone. */
  readonly maxBytes: number;
  readonly bytesOf: (body: string) => number;
}

/** A message that is durable, but is not delivered before it is released or this process ends. */
export interface HeldMessage {
  readonly id: string;
  /** Releases it for delivery. Its delay has counted since it was held. */
  release(): void;
  /** Withdraws it: it is never delivered, unless the process dies before its removal is durable. */
  withdraw(): void;
}

/** Approximate content of a queue: held messages count by their visibility, as they do after a crash. */
export interface QueueDepth {
  /** Messages that can be received now. */
  readonly visible: number;
  /** Messages that were sent with a delay or received in an earlier run, and are not visible yet. */
  readonly waiting: number;
  /** Messages received in this run that are neither deleted nor visible again. */
  readonly inFlight: number;
  readonly oldestSentAt: Date | undefined;
}

/**
 * A standard queue of SQS on this machine. Messages arrive at least once, in any order. Each send, receive or delete
 * is durable when the call returns, so receives are counted even of a message that ends the process each time. Every
 * change throws `Unavailable` if it cannot be written; it is then safe to repeat. No message is ever dropped, even
 * after the queue's retention period.
 */
export interface LocalQueue {
  readonly name: string;
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;

  send(body: string): Promise<void>;

  /**
   * Sends messages that nobody waits for: it works like `send` but shares the flush of the next change, so it may
   * take up to 50 ms longer.
   */
  sendPatiently(body: string): Promise<void>;

  /** Sends a message that stays hidden until it is released or this process ends. */
  hold(body: string): Promise<HeldMessage>;

  /**
   * Returns visible messages and hides them for the visibility time-out. Messages that have been received
   * `maxReceiveCount` times go to the dead-letter queue instead. If only some could be written, it returns those.
   */
  receive(limits: ReceiveLimits): Promise<readonly QueuedMessage[]>;

  /** Removes received messages. A message that has been received again meanwhile stays. */
  delete(messages: readonly QueuedMessage[]): Promise<void>;

  /**
   * Hides received messages for `seconds` from now on, instead of the rest of their visibility time-out. A message
   * that has been received again meanwhile stays unchanged.
   */
  hide(messages: readonly QueuedMessage[], seconds: number): Promise<void>;

  /**
   * Makes messages visible that an earlier run received and did not delete: that process is gone, so nobody works on
   * them. Returns their number.
   */
  takeBackReceived(): Promise<number>;

  /**
   * Returns when the first message can be received: an instant in the past if it can be now, `undefined` if there is
   * none.
   */
  nextVisibleAt(): Date | undefined;

  /** Returns when about `count` messages can be received at once; `undefined` if there are fewer. */
  visibleTogetherAt(count: number): Date | undefined;

  /** Number of messages sent or released since the queue was opened. */
  readonly arrivals: number;

  /** Resolves when `arrivals` has reached this number; rejects when the signal is aborted. */
  waitForArrivals(arrivals: number, signal: AbortSignal): Promise<void>;

  depth(): QueueDepth;

  /** Lists all messages, also hidden ones, in the order in which they become visible, and changes nothing. */
  list(): Iterable<QueuedMessage>;

  /**
   * Moves messages of a dead-letter queue back to their original queues as new messages, and returns how many it
   * moved. It skips messages that are no longer here.
   * @throws RangeError  the original queue of a message is not known; nothing was moved
   */
  redrive(messages: readonly QueuedMessage[]): Promise<number>;
}
