import { decodeBatchHeader } from '../../lib/domain/batch-format.ts';
import { countsToJson } from '../../lib/domain/dimensions.ts';
import { decodeFailedRecord, type FailedRecord } from '../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { Unavailable, UnreadableFormat } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { DeadLetter, DeadMessage } from './dead-letter.ts';
import { decodeFailedInvocation, type FailedInvocation } from '../../lib/domain/failed-invocation.ts';

type ObjectReader = Pick<ObjectStore, 'get'>;

/** A dead letter in one line. */
export interface Summary {
  readonly id: string;
  /** The queue; empty where no message about the record is left. */
  readonly queue: string;
  readonly since: Date | undefined;
  readonly what: string;
  readonly cause: string;
}

export async function summarise(letter: DeadLetter, store: ObjectReader): Promise<Summary> {
  const { id } = letter;
  switch (letter.kind) {
    case 'failed-record': {
      const record = await readOrReason(letter.key, store, decodeFailedRecord);
      const [first] = letter.messages;
      const queue = first?.queueName ?? '';
      if (typeof record === 'string') {
        return { id, queue, since: first?.message.sentAt, what: letter.key, cause: record };
      }
      const { stream, partition, sequenceNumber, failedAt: since, cause } = record;
      return { id, queue, since, what: `${stream} ${partition} ${sequenceNumber}`, cause };
    }
    case 'failed-invocation': {
      const invocation = await readOrReason(letter.key, store, decodeFailedInvocation);
      const [first] = letter.messages;
      const queue = first?.queueName ?? '';
      if (typeof invocation === 'string') {
        return { id, queue, since: first?.message.sentAt, what: letter.key, cause: invocation };
      }
      return { id, queue, since: invocation.failedAt, what: placeOf(invocation), cause: causeOf(invocation) };
    }
    case 'stale-message': {
      const [first] = letter.messages;
      const cause = 'the record is gone; a redrive removes its message';
      return { id, queue: first?.queueName ?? '', since: first?.message.sentAt, what: letter.key, cause };
    }
    case 'test-message': {
      const cause = 'S3 sent it when the pipeline was deployed; a redrive removes it';
      return {
        id,
        queue: letter.queueName,
        since: letter.message.sentAt,
        what: 'a test of S3',
        cause,
      };
    }
    case 'dead-message': {
      const { message, queueName: queue } = letter;
      const what = letter.keys.join(' ') || message.body;
      const cause = `received ${message.receiveCount} times from ${message.sourceQueue ?? 'its queue'}`;
      return { id, queue, since: message.sentAt, what, cause };
    }
  }
}

/** Describes all of a dead letter for JSON; it decodes partials. */
export async function describeWhole(letter: DeadLetter, store: ObjectReader): Promise<object> {
  const { id, kind } = letter;
  switch (letter.kind) {
    case 'failed-record': {
      const record = await readOrReason(letter.key, store, decodeFailedRecord);
      const described = typeof record === 'string' ? { unreadable: record } : describeRecord(record);
      return { id, kind, key: letter.key, ...described, messages: letter.messages.map(describeMessage) };
    }
    case 'failed-invocation': {
      const invocation = await readOrReason(letter.key, store, decodeFailedInvocation);
      const described =
        typeof invocation === 'string'
          ? { unreadable: invocation }
          : { ...invocation, records: invocation.records.map(describeRecord) };
      return { id, kind, key: letter.key, ...described, messages: letter.messages.map(describeMessage) };
    }
    case 'stale-message':
      return { id, kind, key: letter.key, messages: letter.messages.map(describeMessage) };
    case 'test-message':
      return { id, kind, ...describeMessage(letter) };
    case 'dead-message': {
      const objects = letter.keys.map(async (key) => [key, await describeObject(key, store)] as const);
      return {
        id,
        kind,
        ...describeMessage(letter),
        objects: Object.fromEntries(await Promise.all(objects)),
      };
    }
  }
}

function placeOf({ stream, partition, records }: FailedInvocation): string {
  const [first, last] = [records.at(0)?.sequenceNumber, records.at(-1)?.sequenceNumber];
  return `${stream} ${partition} ${first}${first === last ? '' : `–${last}`}`;
}

function causeOf({ functionName, hasDied, invocations, condition }: FailedInvocation): string {
  const what = hasDied ? 'died of it' : 'reported it as failed';
  return `the function ${functionName} ${what} (${condition}, ${invocations} attempts)`;
}

function describeRecord({ data, ...fields }: Pick<FailedRecord, 'data'>): object {
  try {
    const { id, counts, ...partial } = decodePartial(data);
    return { ...fields, partial: { ...partial, id: id.toString('base64'), ...countsToJson(counts) } };
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    const isText = data.equals(Buffer.from(data.toString()));
    return { ...fields, ...(isText ? { text: data.toString() } : { base64: data.toString('base64') }) };
  }
}

function describeMessage({ queueName: queue, message }: DeadMessage): object {
  return { queue, message };
}

/** Describes a batch, or a minute whose hour or day could not be recomputed. */
async function describeObject(key: string, store: ObjectReader): Promise<unknown> {
  const describe = key.startsWith('aggregates/') ? describeMinute : describeBatch;
  // The key comes from the message; a text that is not a key has no object.
  const described = await readOrReason(key as ObjectKey, store, describe);
  return typeof described === 'string' ? { unreadable: described } : described;
}

function describeBatch(body: Buffer): object {
  const { partials, ...fields } = decodeBatchHeader(body) ?? { partials: [] };
  return { ...fields, partials: partials.length };
}

function describeMinute(body: Buffer): object {
  const { counts: _counts, partialIds: _partialIds, ...fields } = decodeWindow(body);
  return fields;
}

/** Returns the decoded object, or the reason why it cannot be decoded. */
async function readOrReason<T extends object>(
  key: ObjectKey,
  store: ObjectReader,
  decode: (body: Buffer) => T,
): Promise<T | string> {
  try {
    const object = await store.get(key);
    return object === undefined ? 'it no longer exists' : decode(object.body);
  } catch (error) {
    if (error instanceof UnreadableFormat || error instanceof Unavailable) return error.message;
    throw error;
  }
}
