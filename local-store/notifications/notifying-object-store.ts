import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../lib/errors.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectStore, PutCondition } from '../../lib/ports/object-store.ts';
import type { HeldMessage } from '../local-queue.ts';
import { InvalidObjectKey } from '../object-directory.ts';
import { etagOf } from '../object-directory/etag.ts';
import type { Queues } from '../queues.ts';
import type { AnnouncedMinutes } from '../roll-ups/announced-minutes.ts';
import { traced } from '../trace.ts';
import type { NotificationRule } from './rules.ts';
import { s3Event } from './s3-event.ts';
import { Sequencer } from './sequencer.ts';

export interface NotifyingOptions {
  readonly rules: readonly NotificationRule[];
  readonly queues: Queues;
  readonly region: string;
  readonly clock: Clock;
  /** Told of the writes under `announced.prefix`, and of the messages that announce them. */
  readonly announced?: { readonly prefix: string; readonly minutes: AnnouncedMinutes } | undefined;
  /** Told of each object that was written or removed, once that is durable. */
  readonly onChanged?: (key: ObjectKey) => void;
}

/**
 * The object directory with the notifications of a bucket: each write under a rule reaches its queue at least once.
 *
 * The message is durable before the object can appear, and is held in this process until the write has ended. So one
 * flush is all that a write pays; a crash releases the message, and then the object is there or never will be; and no
 * message overtakes its write. Deletions are not notified.
 */
export function notifyingObjectStore(
  objects: ObjectStore,
  { rules, queues, region, clock, announced, onChanged }: NotifyingOptions,
): ObjectStore {
  const sequencer = new Sequencer();
  const targets = rules.map((rule) => ({ rule, queue: queues.queue(rule.queueName) }));

  async function put(key: ObjectKey, body: Uint8Array, condition: PutCondition) {
    const target = targets.find(({ rule }) => key.startsWith(rule.prefix) && key.endsWith(rule.suffix));
    const write = () => traced('put object', key, () => objects.put(key, body, condition));
    if (target === undefined) return write();
    const at = clock.now();
    const written = { key, size: body.byteLength, eTag: etagOf(body), sequencer: sequencer.next(at), at };
    const text = JSON.stringify(s3Event(written, target.rule, region));
    const minutes =
      announced !== undefined && key.startsWith(announced.prefix) ? announced.minutes : undefined;
    const barrier = await minutes?.noteBarrier(key);
    const message = await traced('hold', key, () => target.queue.hold(text));
    minutes?.add(message.id, key, barrier);
    return settleAfter(message, write);
  }

  return {
    async put(key, body, condition) {
      try {
        return await put(key, body, condition);
      } finally {
        onChanged?.(key); // also where it failed: the object may be there
      }
    },
    get: (key, options) => objects.get(key, options),
    list: (prefix, options) => objects.list(prefix, options),
    async delete(key, condition) {
      try {
        await objects.delete(key, condition);
      } finally {
        onChanged?.(key);
      }
    },
  };
}

/** Withdraws the message where nothing was written; where that isn't known, it is a message all the same. */
async function settleAfter<Result>(message: HeldMessage, write: () => Promise<Result>): Promise<Result> {
  try {
    const result = await write();
    message.release();
    return result;
  } catch (error) {
    if (error instanceof PreconditionFailed || error instanceof InvalidObjectKey) message.withdraw();
    else message.release();
    throw error;
  }
}
