/** What a stage has, named as `serverless.yml` names it. */
export interface DeployedNames {
  readonly bucketName: (account: string, region: string) => string;
  readonly insightStreamName: string;
  readonly lateStreamName: string;
  readonly insightConsumerName: string;
  readonly lateConsumerName: string;
  readonly deadLetterQueueNames: readonly string[];
}

export function deployedNames(stage: string): DeployedNames {
  const nameOf = (what: string) => `log-analytics-pipeline-${stage}-${what}`;
  return {
    bucketName: (account, region) => nameOf(`${account}-${region}`),
    insightStreamName: nameOf('insights'),
    lateStreamName: nameOf('late'),
    insightConsumerName: nameOf('aggregate'),
    lateConsumerName: nameOf('aggregateLate'),
    deadLetterQueueNames: ['unverified-batches', 'failed-roll-ups', 'failed-records'].map(nameOf),
  };
}
