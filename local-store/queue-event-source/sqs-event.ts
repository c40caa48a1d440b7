import { hash } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { QueuedMessage } from '../local-queue.ts';

/** Whose queue it is, as the function sees it. */
export interface EventOrigin {
  readonly eventSourceArn: string;
  readonly region: string;
}

/** An invocation takes 6 MB, of which the list itself has a few bytes. */
export const maxEventBytes = 6 * 1024 * 1024 - 100;

const senderId = '000000000000';

/**
 * The event that AWS would invoke the function with: a new one each time, as the emulator hands over the object itself
 * and a function may change it.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function sqsEvent(messages: readonly QueuedMessage[], origin: EventOrigin): SQSEvent {
  return { Records: messages.map((message) => sqsRecord(message, origin)) };
}

/** What a body takes of an invocation's 6 MB together with all that goes with it. */
export function recordBytes(origin: EventOrigin): (body: string) => number {
  const never = new Date(0);
  const longest = sqsRecord(
    {
      id: '0'.repeat(36),
      body: '',
      sentAt: never,
      visibleAt: never,
      receiveCount: 0,
      firstReceivedAt: never,
      givenUpBy: '0'.repeat(80),
    },
    origin,
  );
  // Instants and counts are longer than these, by 13 digits each at most.
  const others = Buffer.byteLength(JSON.stringify(longest)) + 100;
  return (body) => others + Buffer.byteLength(JSON.stringify(body));
}

function sqsRecord(
  { id, body, sentAt, visibleAt, receiveCount, firstReceivedAt, givenUpBy }: QueuedMessage,
  { eventSourceArn, region }: EventOrigin,
): SQSRecord {
  return {
    messageId: id,
    receiptHandle: Buffer.from(`${id} ${visibleAt.getTime()}`).toString('base64url'),
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAt.getTime()),
      SenderId: senderId,
      ApproximateFirstReceiveTimestamp: String((firstReceivedAt ?? sentAt).getTime()),
      ...(givenUpBy !== undefined && {
        DeadLetterQueueSourceArn: eventSourceArn.replace(/[^:]*$/, () => givenUpBy),
      }),
    },
    messageAttributes: {},
    md5OfBody: hash('md5', body, 'hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: eventSourceArn,
    awsRegion: region,
  };
}
