import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../lib/errors.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectStore, PutCondition } from '../../lib/ports/object-store.ts';
import type { HeldMessage } from '../local-queue.ts';
import { InvalidObjectKey, type IntendedCreation } from '../object-directory.ts';
import { etagOf } from '../object-directory/etag.ts';
import type { Intents } from '../object-directory/intents.ts';
import type { Logger } from '../logger.ts';
import type { Queues } from '../queues.ts';
import type { AnnouncedMinutes } from '../roll-ups/announced-minutes.ts';
import { traced } from '../trace.ts';
import { LateMessages } from './late-messages.ts';
import type { NotificationRule } from './rules.ts';
import { s3Event } from '../../event-source/queue/s3-event.ts';
import { Sequencer } from './sequencer.ts';

export interface NotifyingOptions {
  readonly rules: readonly NotificationRule[];
  readonly queues: Queues;
  readonly region: string;
  readonly clock: Clock;
  /** Records the writes under `announced.prefix` and the messages that announce them. */
  readonly announced?: { readonly prefix: string; readonly minutes: AnnouncedMinutes } | undefined;
  /** Called with the key of each written or removed object, once the change is durable. */
  readonly onChanged?: (key: ObjectKey) => void;
  /** Intents of the underlying object directory; without them, all messages are written before their objects. */
  readonly intents?: Intents;
  readonly logger?: Pick<Logger, 'warn'>;
}

/** An object store that sends notifications, some of them after the writes. */
interface NotifyingObjectStore extends ObjectStore {
  /** Sends the messages that are still to be sent. */
  close(): Promise<void>;
}

/**
 * Adds a bucket's notifications to the object directory: each write under a rule reaches its queue at least once, and
 * no message overtakes its write. Deletions send no notifications.
 *
 * The intent of a notification is durable before the object can appear. For a creation, the intent is the temporary
 * file that becomes the object: its message is written after the answer, together with the next other write, and a
 * start sends the messages of all such files that it finds. For other writes, and for keys that are too long for a
 * file name, the intent is the message itself, which this process holds until the write has ended. A crash releases
 * the message; by then the object exists or never will. Minutes also use held messages, because they must be
 * announced before they are written.
 */
export function notifyingObjectStore(
  objects: ObjectStore,
  { rules, queues, region, clock, announced, onChanged, intents, logger }: NotifyingOptions,
): NotifyingObjectStore {
  const sequencer = new Sequencer();
  const targets = rules.map((rule) => ({ rule, queue: queues.queue(rule.queueName) }));
  const targetOf = (key: ObjectKey) =>
    targets.find(({ rule }) => key.startsWith(rule.prefix) && key.endsWith(rule.suffix));
  const late = intents && new LateMessages(intents, logger);

  function announce(
    target: NonNullable<ReturnType<typeof targetOf>>,
    key: ObjectKey,
    size: number,
    eTag: string,
  ) {
    const at = clock.now();
    const written = { key, size, eTag, sequencer: sequencer.next(at), at };
    return JSON.stringify(s3Event(written, target.rule, region));
  }

  async function put(key: ObjectKey, body: Uint8Array, condition: PutCondition) {
    const target = targetOf(key);
    const write = (how: PutCondition | IntendedCreation = condition) =>
      traced('put object', key, () => objects.put(key, body, how));
    if (target === undefined) return write();
    const etag = etagOf(body);
    const minutes =
      announced !== undefined && key.startsWith(announced.prefix) ? announced.minutes : undefined;
    if ('ifNoneMatch' in condition && minutes === undefined) {
      const intent = intents?.make(key, body.byteLength, etag);
      if (intent !== undefined) {
        const text = announce(target, key, body.byteLength, etag);
        const isWritten = () => late?.send({ queue: target.queue, text, intent });
        return sendAfter(() => write({ ...condition, intent }), isWritten);
      }
    }
    const text = announce(target, key, body.byteLength, etag);
    const barrier = await minutes?.noteBarrier(key);
    const message = await traced('hold', key, () => target.queue.hold(text));
    minutes?.add(message.id, key, barrier);
    return settleAfter(message, write);
  }

  for (const intent of intents?.left ?? []) {
    const target = targetOf(intent.key);
    if (target === undefined) intents?.end([intent]);
    else {
      const text = announce(target, intent.key, intent.size, intent.etag);
      late?.send({ queue: target.queue, text, intent });
    }
  }

  return {
    async put(key, body, condition) {
      try {
        return await put(key, body, condition);
      } finally {
        onChanged?.(key); // also after a failure: the object may exist
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
    close: async () => late?.close(),
  };
}

/** Sends the message unless nothing was written. If that is not known, the message is sent. */
async function sendAfter<Result>(write: () => Promise<Result>, send: () => void): Promise<Result> {
  try {
    const result = await write();
    send();
    return result;
  } catch (error) {
    if (!isRefused(error)) send();
    throw error;
  }
}

/** Withdraws the message if nothing was written. If that is not known, the message is released. */
async function settleAfter<Result>(message: HeldMessage, write: () => Promise<Result>): Promise<Result> {
  try {
    const result = await write();
    message.release();
    return result;
  } catch (error) {
    if (isRefused(error)) message.withdraw();
    else message.release();
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof PreconditionFailed || error instanceof InvalidObjectKey;
}
