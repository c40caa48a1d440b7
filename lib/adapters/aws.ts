import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import type { AwsNames } from '../aws-names.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventStream } from '../ports/event-stream.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ObjectVersions } from '../ports/object-versions.ts';
import type { RollUpBacklog } from '../ports/roll-up-backlog.ts';
import { maxAttempts, requestHandler } from './aws-requests.ts';
import { createBackoff } from './backoff.ts';
import { createKinesisEventStream } from './kinesis-event-stream.ts';
import { createRollUpConsumption } from './roll-up-consumption.ts';
import { createS3ObjectStore, createS3ObjectVersions } from './s3-object-store.ts';
import { createStreamConsumption } from './stream-consumption.ts';

export interface AwsStorage {
  readonly store: ObjectStore;
  readonly versions: ObjectVersions;
  readonly streams: { readonly insights: EventStream; readonly late: EventStream };
  readonly rollUps: RollUpBacklog;
}

/**
 * Opens store and streams on AWS. Region and credentials come from the environment, as Lambda sets them;
 * `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_KINESIS` and `AWS_ENDPOINT_URL_CLOUDWATCH` set other endpoints.
 */
export function openAwsStorage(names: AwsNames & { readonly bucketName: string }, clock: Clock): AwsStorage {
  // All clients use this kind of handler, Kinesis included, whose client would use HTTP/2 by default.
  const kinesis = new KinesisClient({ maxAttempts, requestHandler: requestHandler() });
  const cloudWatch = new CloudWatchClient({ maxAttempts, requestHandler: requestHandler() });
  const backoff = createBackoff({ maxAttempts: 6, firstMilliseconds: 50, random: Math.random });
  const stream = (streamName: string, functionName: string) =>
    createKinesisEventStream({
      client: kinesis,
      streamName,
      backoff,
      clock,
      consumedThrough: createStreamConsumption({ client: cloudWatch, streamName, functionName, clock }),
    });
  const client = new S3Client({ maxAttempts, requestHandler: requestHandler() });
  const bucket = names.bucketName;
  return {
    store: createS3ObjectStore({ client, bucket, backoff }),
    versions: createS3ObjectVersions({ client, bucket }),
    streams: {
      insights: stream(names.insightStreamName, names.insightConsumerName),
      late: stream(names.lateStreamName, names.lateConsumerName),
    },
    rollUps: createRollUpConsumption({
      client: cloudWatch,
      queueName: names.rollUpQueueName,
      deadLetterQueueName: names.failedRollUpsQueueName,
      functionName: names.rollUpConsumerName,
      metricsNamespace: names.metricsNamespace,
      clock,
    }),
  };
}
