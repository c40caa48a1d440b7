import { hash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { listen, type RunningServer } from './running-server.ts';

export interface ServedMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  /** For a dead-letter queue: the queue that the message comes from. */
  readonly sourceQueue?: string | undefined;
  receiveCount: number;
  visibleAt: number;
  receiptHandle: string;
}

/** Creates a message that is visible. */
export function servedMessage(body: string, sourceQueue?: string): ServedMessage {
  return {
    id: randomUUID(),
    body,
    sentAt: Date.parse('2026-11-24T10:00:00Z'),
    sourceQueue,
    receiveCount: sourceQueue === undefined ? 0 : 1_000,
    visibleAt: 0,
    receiptHandle: '',
  };
}

const requestSchema = z.object({
  QueueName: z.string().default(''),
  QueueUrl: z.string().default(''),
  MaxNumberOfMessages: z.int().max(10).default(1),
  VisibilityTimeout: z.number().default(30),
  MessageBody: z.string().default(''),
  ReceiptHandle: z.string().default(''),
  Entries: z
    .array(z.object({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number() }))
    .max(10)
    .default([]),
});

type Queues = ReadonlyMap<string, ServedMessage[]>;
type QueueRequest = z.output<typeof requestSchema>;

/** Starts a server with the part of SQS that this project uses, on a map of queues. */
export async function startQueueServer(queues: Queues): Promise<RunningServer> {
  return listen(
    createServer((message, response) => {
      void text(message).then((body) => {
        const operation = String(message.headers['x-amz-target']).split('.').at(-1);
        const request = requestSchema.parse(JSON.parse(body));
        const answer = answerTo(operation, request, queues, `http://${message.headers.host}/123456789012`);
        response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answer));
      });
    }),
  );
}

function answerTo(
  operation: string | undefined,
  request: QueueRequest,
  queues: Queues,
  account: string,
): object {
  const name = request.QueueName || (request.QueueUrl.split('/').at(-1) ?? '');
  const queue = queues.get(name);
  if (queue === undefined) {
    const message = 'The specified queue does not exist.';
    return { __type: 'com.amazonaws.sqs#QueueDoesNotExist', message };
  }
  switch (operation) {
    case 'GetQueueUrl':
      return { QueueUrl: `${account}/${name}` };
    case 'ReceiveMessage':
      return receive(queue, request);
    case 'SendMessage': {
      const message = servedMessage(request.MessageBody);
      queue.push(message);
      return { MessageId: message.id, MD5OfMessageBody: hash('md5', message.body, 'hex') };
    }
    case 'DeleteMessage': {
      const index = queue.findIndex(({ receiptHandle }) => receiptHandle === request.ReceiptHandle);
      if (request.ReceiptHandle === '') return { __type: 'com.amazonaws.sqs#ReceiptHandleIsInvalid' };
      if (index !== -1) queue.splice(index, 1);
      return {};
    }
    case 'ChangeMessageVisibilityBatch': {
      const known = request.Entries.filter((entry) => {
        const message = queue.find(({ receiptHandle }) => receiptHandle === entry.ReceiptHandle);
        if (message !== undefined) message.visibleAt = Date.now() + entry.VisibilityTimeout * 1_000;
        return message !== undefined;
      });
      return { Successful: known.map(({ Id }) => ({ Id })), Failed: [] };
    }
    case undefined:
    default:
      return { __type: 'com.amazonaws.sqs#UnsupportedOperation' };
  }
}

function receive(queue: readonly ServedMessage[], request: QueueRequest): object {
  const now = Date.now();
  const visible = queue.filter(({ visibleAt }) => visibleAt <= now).slice(0, request.MaxNumberOfMessages);
  for (const message of visible) {
    message.receiveCount += 1;
    message.visibleAt = now + request.VisibilityTimeout * 1_000;
    message.receiptHandle = randomUUID();
  }
  // Without messages, the field is absent.
  if (visible.length === 0) return {};
  return {
    Messages: visible.map(({ id, body, sentAt, sourceQueue, receiveCount, receiptHandle }) => ({
      MessageId: id,
      Body: body,
      MD5OfBody: hash('md5', body, 'hex'),
      ReceiptHandle: receiptHandle,
      Attributes: {
        SentTimestamp: String(sentAt),
        ApproximateReceiveCount: String(receiveCount),
        ApproximateFirstReceiveTimestamp: String(now),
        ...(sourceQueue !== undefined && {
          DeadLetterQueueSourceArn: `arn:aws:sqs:us-east-1:123456789012:${sourceQueue}`,
        }),
      },
    })),
  };
}
