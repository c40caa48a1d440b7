import { hash } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';

/** A message that a function gets. */
export interface DeliveredMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAt: Date;
  /** Time from which it can be received: after its delay, or after the visibility time-out of its last receive. */
  readonly visibleAt: Date;
  /** Number of times that it was received. */
  readonly receiveCount: number;
  readonly firstReceivedAt: Date | undefined;
  /** In a dead-letter queue: the original queue. */
  readonly sourceQueue: string | undefined;
}

/** The origin of an event, as the function sees it. */
export interface EventOrigin {
  readonly eventSourceArn: string;
  readonly region: string;
}

/** An invocation takes 6 MB, a few bytes of which are the list itself. */
export const maxEventBytes = 6 * 1024 * 1024 - 100;

const senderId = '000000000000';

/**
 * Creates the event that AWS would invoke the function with: a new one each time, since the emulator passes the
 * object itself and a function may change it. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function sqsEvent(messages: readonly DeliveredMessage[], origin: EventOrigin): SQSEvent {
  return { Records: messages.map((message) => sqsRecord(message, origin)) };
}

/**
 * Returns a function that computes the part of an invocation's 6 MB that a message takes, including everything
 * besides its body.
 */
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
      sourceQueue: '0'.repeat(80),
    },
    origin,
  );
  // Real instants and counts are longer than these, by at most 13 digits each.
  const others = Buffer.byteLength(JSON.stringify(longest)) + 100;
  return (body) => others + Buffer.byteLength(JSON.stringify(body));
}

function sqsRecord(
  { id, body, sentAt, visibleAt, receiveCount, firstReceivedAt, sourceQueue }: DeliveredMessage,
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
      ...(sourceQueue !== undefined && {
        DeadLetterQueueSourceArn: eventSourceArn.replace(/[^:]*$/, () => sourceQueue),
      }),
    },
    messageAttributes: {},
    md5OfBody: hash('md5', body, 'hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: eventSourceArn,
    awsRegion: region,
  };
}
