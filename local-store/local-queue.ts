import type { DeliveredMessage } from '../event-source/queue/sqs-event.ts';

/** A message as it is kept. */
export type QueuedMessage = DeliveredMessage;

export interface ReceiveLimits {
  /** At least 1. */
  readonly maxMessages: number;
  /** Limit for all messages together, by `bytesOf`; a first message that is larger is received alone. */
  readonly maxBytes: number;
  readonly bytesOf: (body: string) => number;
}

/** A message that is durable and is not delivered: not before its fate is known, or this process is gone. */
export interface HeldMessage {
  readonly id: string;
  /** Makes it a message like others; its delay has counted since it was held. */
  release(): void;
  /** Withdraws it: it is never delivered, unless the process dies before its removal is durable. */
  withdraw(): void;
}

/** Approximate content of a queue: held messages count by their visibility, as they do after a crash. */
export interface QueueDepth {
  /** Can be received now. */
  readonly visible: number;
  /** Sent with a delay, or received in an earlier run, and not visible yet. */
  readonly waiting: number;
  /** Received in this run, neither deleted nor visible again. */
  readonly inFlight: number;
  readonly oldestSentAt: Date | undefined;
}

/**
 * A standard queue of SQS on this machine. Messages arrive at least once, in any order. What is sent, received or
 * deleted is durable when the call returns: a message that ends the process each time has been counted before it. Every
 * change throws `Unavailable` when it cannot be written; it may then be repeated. Nothing is ever dropped, also not after
 * the queue's retention period.
 */
export interface LocalQueue {
  readonly name: string;
  readonly delaySeconds: number;
  readonly visibilityTimeoutSeconds: number;

  send(body: string): Promise<void>;

  /**
   * Sends like `send`, for messages that nobody waits for: it shares the flush of the next change, and takes 50 ms
   * longer at most.
   */
  sendPatiently(body: string): Promise<void>;

  /** Sends a message that stays hidden until it is released, or at most until this process ends. */
  hold(body: string): Promise<HeldMessage>;

  /**
   * Visible messages, which are hidden from now on for the visibility time-out. Those that have been received
   * `maxReceiveCount` times go to the dead-letter queue instead. Where only some could be written, these are returned.
   */
  receive(limits: ReceiveLimits): Promise<readonly QueuedMessage[]>;

  /** Removes messages that were received; one that has been received again meanwhile stays. */
  delete(messages: readonly QueuedMessage[]): Promise<void>;

  /**
   * Hides received messages for `seconds` from now on, in place of the rest of their visibility time-out. A message that
   * has been received again meanwhile stays as it is.
   */
  hide(messages: readonly QueuedMessage[], seconds: number): Promise<void>;

  /**
   * Makes visible what an earlier run received and did not delete: that process is gone, and nobody works on it any
   * more. Returns how many messages there were.
   */
  takeBackReceived(): Promise<number>;

  /** Returns when the first message can be received: in the past when it can be now, `undefined` when there is none. */
  nextVisibleAt(): Date | undefined;

  /** Returns when `count` messages (or nearly) can be received at once; `undefined` when there are fewer. */
  visibleTogetherAt(count: number): Date | undefined;

  /** Number of messages sent or released since the queue was opened. */
  readonly arrivals: number;

  /** Resolves when `arrivals` is as high as this; rejects when the signal is aborted. */
  waitForArrivals(arrivals: number, signal: AbortSignal): Promise<void>;

  depth(): QueueDepth;

  /** Lists all messages, also hidden ones, by the time at which they are visible, and changes nothing. */
  list(): Iterable<QueuedMessage>;

  /**
   * Moves messages of a dead-letter queue back to the queues that gave them up, where they are new. Returns how many;
   * those that are not here any more are passed over.
   * @throws RangeError  a message was not given up by a queue that there is; nothing was moved
   */
  redrive(messages: readonly QueuedMessage[]): Promise<number>;
}
