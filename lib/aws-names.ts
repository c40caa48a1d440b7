/** The names of what a deployed pipeline uses, except for the bucket. */
export interface AwsNames {
  readonly insightStreamName: string;
  readonly lateStreamName: string;
  /** The functions that consume the streams. */
  readonly insightConsumerName: string;
  readonly lateConsumerName: string;
  /** The queue of written minutes, its dead-letter queue, and the function that consumes it. */
  readonly rollUpQueueName: string;
  readonly failedRollUpsQueueName: string;
  readonly rollUpConsumerName: string;
  readonly metricsNamespace: string;
}
