import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { Unavailable } from '../../lib/errors.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { QueuedMessage } from '../../local-store/local-queue.ts';
import type { DeadLetterQueue } from '../deployed-names.ts';
import type { RedrivePlaces } from './redrive.ts';

export interface SqsMessages extends Pick<RedrivePlaces, 'messagesOf' | 'giveBack' | 'remove'> {
  /** Makes the messages that were read and are still there visible again. */
  readonly release: () => Promise<void>;
  readonly send: (queueName: string, body: string) => Promise<void>;
}

/** SQS counts in tens: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const maxMessagesARequest = 10;
/** More than it takes to read that many messages. */
const hiddenSeconds = 120;
const maxMessagesAQueue = 10_000;

/**
 * Opens the messages of SQS queues. SQS shows a message only by delivering it, which hides it, so the reader has to
 * release what is left. Queues of dead letters have no limit of receives, so reading uses nothing up.
 * @param warn  called for a queue that has more messages than the command reads
 */
export function openSqsMessages(
  client: SQSClient,
  deadLetterQueues: readonly DeadLetterQueue[],
  clock: Clock,
  warn: (text: string) => void,
): SqsMessages {
  const sources = new Map(deadLetterQueues.map(({ name, source }) => [name, source]));
  /** The receipt handles of hidden messages, by queue and message id. */
  const hidden = new Map<string, Map<string, string>>();
  const urls = new Map<string, string>();

  async function urlOf(queueName: string): Promise<string> {
    const known = urls.get(queueName);
    if (known !== undefined) return known;
    const { QueueUrl } = await asked(queueName, () =>
      client.send(new GetQueueUrlCommand({ QueueName: queueName })),
    );
    if (QueueUrl === undefined) throw new Unavailable(`SQS returned no address of the queue ${queueName}.`);
    urls.set(queueName, QueueUrl);
    return QueueUrl;
  }

  async function receive(queueName: string): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: await urlOf(queueName),
      MaxNumberOfMessages: maxMessagesARequest,
      VisibilityTimeout: hiddenSeconds,
      // Without waiting, SQS asks only some of its servers, and would miss messages.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
    });
    const { Messages = [] } = await asked(queueName, () => client.send(command));
    return Messages;
  }

  async function send(queueName: string, MessageBody: string): Promise<void> {
    const command = new SendMessageCommand({ QueueUrl: await urlOf(queueName), MessageBody });
    await asked(queueName, () => client.send(command));
  }

  async function remove(queueName: string, messageId: string): Promise<void> {
    const ReceiptHandle = hidden.get(queueName)?.get(messageId);
    const command = new DeleteMessageCommand({ QueueUrl: await urlOf(queueName), ReceiptHandle });
    await asked(queueName, () => client.send(command));
    hidden.get(queueName)?.delete(messageId);
  }

  return {
    async *messagesOf(queueName) {
      const received = new Map<string, string>();
      hidden.set(queueName, received);
      for (;;) {
        const before = received.size;
        for (const message of await receive(queueName)) {
          const { MessageId = '', ReceiptHandle = '' } = message;
          const isNew = !received.has(MessageId); // SQS may deliver it twice
          received.set(MessageId, ReceiptHandle);
          if (isNew) yield toQueuedMessage(message, sources.get(queueName), clock.now());
        }
        if (received.size === before) return;
        if (received.size >= maxMessagesAQueue) {
          warn(
            `${queueName} has ${maxMessagesAQueue.toLocaleString('en-US')} messages or more: these are some.`,
          );
          return;
        }
      }
    },

    async giveBack({ queueName, message }) {
      if (message.sourceQueue === undefined) throw new RangeError('It has no source queue.');
      // If it is killed before the next line, the message is there twice, which its function tolerates.
      await send(message.sourceQueue, message.body);
      await remove(queueName, message.id);
      return true;
    },

    send,

    remove: ({ queueName, message }) => remove(queueName, message.id),

    async release() {
      for (const [queueName, received] of hidden) {
        const QueueUrl = await urlOf(queueName);
        const handles = [...received.values()];
        for (let first = 0; first < handles.length; first += maxMessagesARequest) {
          const Entries = handles
            .slice(first, first + maxMessagesARequest)
            .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
          // SQS reports messages that somebody else has removed as failed; they need nothing more.
          await asked(queueName, () =>
            client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
          );
        }
      }
    },
  };
}

/** @param source  the queue that gave the message up, where the message itself does not say so */
function toQueuedMessage(
  { MessageId = '', Body = '', Attributes = {} }: Message,
  source: string | undefined,
  now: Date,
): QueuedMessage {
  const { DeadLetterQueueSourceArn, ApproximateReceiveCount, ApproximateFirstReceiveTimestamp } = Attributes;
  return {
    id: MessageId,
    body: Body,
    sentAt: new Date(Number(Attributes.SentTimestamp)),
    visibleAt: now, // it has just been seen
    receiveCount: Number(ApproximateReceiveCount),
    firstReceivedAt: new Date(Number(ApproximateFirstReceiveTimestamp)),
    sourceQueue: DeadLetterQueueSourceArn?.split(':').at(-1) ?? source,
  };
}

async function asked<T>(queueName: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Unavailable(`The queue ${queueName} cannot be reached.`, { cause });
  }
}
