import type { AwsNames } from '../lib/aws-names.ts';

/** The names of a stage's resources, as `serverless.yml` has them. */
export interface DeployedNames extends AwsNames {
  readonly bucketName: (account: string, region: string) => string;
  readonly deadLetterQueues: readonly DeadLetterQueue[];
}

export interface DeadLetterQueue {
  readonly name: string;
  /** The queue whose dead letters it has; `undefined` where it gets the bucket's messages about failed records. */
  readonly source: string | undefined;
}

export function deployedNames(stage: string): DeployedNames {
  const nameOf = (what: string) => `log-analytics-pipeline-${stage}-${what}`;
  return {
    bucketName: (account, region) => nameOf(`${account}-${region}`),
    insightStreamName: nameOf('insights'),
    lateStreamName: nameOf('late'),
    insightConsumerName: nameOf('aggregate'),
    lateConsumerName: nameOf('aggregateLate'),
    rollUpQueueName: nameOf('roll-up'),
    failedRollUpsQueueName: nameOf('failed-roll-ups'),
    rollUpConsumerName: nameOf('rollUp'),
    metricsNamespace: `log-analytics-pipeline-${stage}`,
    deadLetterQueues: [
      { name: nameOf('unverified-batches'), source: nameOf('verify') },
      { name: nameOf('failed-roll-ups'), source: nameOf('roll-up') },
      { name: nameOf('failed-records'), source: undefined },
    ],
  };
}
