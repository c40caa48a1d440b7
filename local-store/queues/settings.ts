import * as z from 'zod';
import { arnOfResource, integerProperty, parseProperties, type Resources } from '../resources.ts';

/**
 * The properties of an `AWS::SQS::Queue`, with the ranges and defaults of
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html. Properties that have no
 * effect that a function here could see are accepted and ignored. Those that would have one, but are not implemented
 * here, are refused.
 */
const queueProperties = z.strictObject(
  {
    QueueName: z
      .unknown()
      .refine((name) => typeof name !== 'string' || !name.endsWith('.fifo'), {
        error: 'names a FIFO queue; this machine only runs standard queues',
      })
      .optional(),
    DelaySeconds: integerProperty(0, 900).default(0),
    VisibilityTimeout: integerProperty(0, 43_200).default(30),
    // SQS allows up to 1,000 receives. Here messages may come back after seconds, so that can be too few.
    RedrivePolicy: z
      .strictObject({ deadLetterTargetArn: arnOfResource, maxReceiveCount: integerProperty(1, 1_000_000) })
      .optional(),
    // Nothing is dropped here: after a month away, the user of a laptop still finds the messages that were not done.
    MessageRetentionPeriod: integerProperty(60, 1_209_600).optional(),
    ReceiveMessageWaitTimeSeconds: z.int().min(0).max(20).optional(),
    RedriveAllowPolicy: z.unknown().optional(),
    SqsManagedSseEnabled: z.unknown().optional(),
    KmsMasterKeyId: z.unknown().optional(),
    KmsDataKeyReusePeriodSeconds: z.unknown().optional(),
    Tags: z.unknown().optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `not supported on this machine: ${issue.keys.join(', ')}`
        : undefined,
  },
);

/** Destination of messages that were received `maxReceiveCount` times without success. */
export interface DeadLetters {
  readonly queueName: string;
  readonly maxReceiveCount: number;
}

export interface QueueSettings {
  readonly name: string;
  /** Delay of each message that is sent. */
  readonly delaySeconds: number;
  /** Time for which a received message is hidden. */
  readonly visibilityTimeoutSeconds: number;
  /** Without this, a message is received again and again until it is deleted. */
  readonly deadLetters: DeadLetters | undefined;
}

/**
 * Returns the queues of a service, from the properties of its resources.
 * @throws Error  the message says what is wrong, or what this machine cannot do as AWS would
 */
export function queueSettings(resources: Resources): readonly QueueSettings[] {
  const settings = Object.entries(resources).flatMap(([logicalId, resource]) => {
    if (resource.Type !== 'AWS::SQS::Queue') return [];
    const { DelaySeconds, VisibilityTimeout, RedrivePolicy } = parseProperties(
      queueProperties,
      logicalId,
      resource,
    );
    return [
      {
        name: queueNameOf(logicalId, resources),
        delaySeconds: DelaySeconds,
        visibilityTimeoutSeconds: VisibilityTimeout,
        deadLetters: RedrivePolicy && {
          queueName: queueNameOf(RedrivePolicy.deadLetterTargetArn, resources),
          maxReceiveCount: RedrivePolicy.maxReceiveCount,
        },
      },
    ];
  });
  const names = settings.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two queues of this service have the name "${twice}".`);
  return settings;
}

/**
 * Returns the name of the queue with this logical id. This is the logical id itself if the queue has no name, or a
 * name from a CloudFormation function, which only a deployment resolves.
 * @throws Error  there is no such queue
 */
export function queueNameOf(logicalId: string, resources: Resources): string {
  const resource = resources[logicalId];
  if (resource?.Type !== 'AWS::SQS::Queue')
    throw new Error(`${logicalId} is not an SQS queue of this service.`);
  const name = resource.Properties?.['QueueName'];
  return typeof name === 'string' ? name : logicalId;
}
