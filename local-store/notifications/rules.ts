import * as z from 'zod';
import { queueNameOf } from '../queues/settings.ts';
import { arnOfResource, parseProperties, type Resources } from '../resources.ts';

const filterRule = z.strictObject({
  Name: z.enum(['prefix', 'suffix'], { error: 'must be prefix or suffix' }),
  Value: z.string(),
});

/**
 * The properties of an `AWS::S3::Bucket` that matter here; the others only concern the bucket. All settings of its
 * notifications matter, so this schema refuses those that are not implemented.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-s3-bucket-notificationconfiguration.html
 */
const bucketProperties = z.object({
  BucketName: z.unknown().optional(),
  NotificationConfiguration: z
    .strictObject({
      QueueConfigurations: z
        .array(
          z.strictObject({
            Event: z.enum(['s3:ObjectCreated:*', 's3:ObjectCreated:Put'], {
              error: 'only s3:ObjectCreated:* and s3:ObjectCreated:Put are supported on this machine',
            }),
            Queue: arnOfResource,
            Filter: z
              .strictObject({
                S3Key: z.strictObject({
                  Rules: z
                    .array(filterRule)
                    .refine((rules) => new Set(rules.map(({ Name }) => Name)).size === rules.length, {
                      error: 'has two rules of one name',
                    }),
                }),
              })
              .optional(),
          }),
        )
        .default([]),
    })
    .optional(),
});

/** Rule that announces to a queue each written object whose key begins with `prefix` and ends with `suffix`. */
export interface NotificationRule {
  /** Identifies the rule in its messages. */
  readonly configurationId: string;
  readonly bucketName: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly queueName: string;
}

/**
 * Returns the notification rules of a service's bucket, from the properties of its resources. As in S3, no key
 * matches two rules.
 * @throws Error  the message says what is wrong, or what this machine cannot do as S3 would
 */
export function notificationRules(resources: Resources): readonly NotificationRule[] {
  const rules = Object.entries(resources).flatMap(([logicalId, resource]) => {
    if (resource.Type !== 'AWS::S3::Bucket') return [];
    const { BucketName, NotificationConfiguration } = parseProperties(bucketProperties, logicalId, resource);
    const bucketName = typeof BucketName === 'string' ? BucketName : logicalId;
    return (NotificationConfiguration?.QueueConfigurations ?? []).map(({ Queue, Filter }) => {
      const valueOf = (name: 'prefix' | 'suffix') =>
        Filter?.S3Key.Rules.find(({ Name }) => Name === name)?.Value ?? '';
      return {
        configurationId: `${logicalId}-${Queue}-${valueOf('prefix')}`,
        bucketName,
        prefix: valueOf('prefix'),
        suffix: valueOf('suffix'),
        queueName: queueNameOf(Queue, resources),
      };
    });
  });
  requireOneBucket(rules);
  requireNoOverlap(rules);
  return rules;
}

function requireOneBucket(rules: readonly NotificationRule[]): void {
  if (new Set(rules.map(({ bucketName }) => bucketName)).size > 1)
    throw new Error(
      'Two buckets of this service have notifications, but there is only one bucket on this machine.',
    );
}

/** Refuses overlapping rules, as S3 does at the deployment. */
function requireNoOverlap(rules: readonly NotificationRule[]): void {
  for (const [index, one] of rules.entries()) {
    for (const other of rules.slice(index + 1)) {
      const sharePrefix = one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix);
      const shareSuffix = one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix);
      if (!sharePrefix || !shareSuffix) continue;
      throw new Error(
        `Two notifications of the bucket ${one.bucketName} overlap: of "${one.prefix}*${one.suffix}" and of ` +
          `"${other.prefix}*${other.suffix}". S3 refuses that.`,
      );
    }
  }
}
