import type { SQSEvent } from 'aws-lambda';
import { reportedOutcome, type Outcome } from '../../../event-source/queue/outcome.ts';
import { s3Event } from '../../../event-source/queue/s3-event.ts';
import { sqsEvent, type DeliveredMessage } from '../../../event-source/queue/sqs-event.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { RoleStopped } from '../consumer/role-stopped.ts';
import type { HeldRecord } from './held-records.ts';

/** A record with its content. */
export interface Message {
  readonly held: HeldRecord;
  readonly key: ObjectKey;
  /** Time when the first record about this was appended. */
  readonly firstAt: Date;
  /** Number of earlier records about this. */
  readonly attempts: number;
}

export type InvokeWithMessages = (event: SQSEvent) => Promise<unknown>;

const region = 'local';
const bucketName = 'local';

/**
 * Invokes a function with notifications of written objects, as an AWS queue would, and returns the outcome.
 * @throws RoleStopped  the function says that its role cannot go on
 */
export async function invokeWithMessages(
  messages: readonly Message[],
  queue: string,
  invoke: InvokeWithMessages,
): Promise<Outcome> {
  const origin = { eventSourceArn: `arn:aws:sqs:${region}:000000000000:${queue}`, region };
  const event = sqsEvent(
    messages.map((message) => toDelivered(message, queue)),
    origin,
  );
  try {
    return reportedOutcome(await invoke(event), new Set(messages.map(idOf)));
  } catch (cause) {
    if (cause instanceof RoleStopped) throw cause;
    return { kind: 'failed', cause };
  }
}

/** Returns the id of a message, by which the function names it. */
export function idOf({ held }: Message): string {
  return `${held.topic}/${held.partition}/${held.record.offset}`;
}

function toDelivered(message: Message, queue: string): DeliveredMessage {
  const { held, key, firstAt, attempts } = message;
  const { appendedAt, offset } = held.record;
  const write = { key, size: 0, eTag: '', sequencer: offset.toString(16).padStart(16, '0'), at: firstAt };
  return {
    id: idOf(message),
    body: JSON.stringify(s3Event(write, { configurationId: queue, bucketName }, region)),
    sentAt: appendedAt,
    visibleAt: appendedAt,
    receiveCount: attempts + held.looks + 1,
    firstReceivedAt: firstAt,
    sourceQueue: undefined,
  };
}
