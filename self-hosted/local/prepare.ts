import { CreateBucketCommand, HeadBucketCommand, NotFound, S3Client } from '@aws-sdk/client-s3';
import { Admin } from '@platformatic/kafka';
import type { ClusterConfig } from '../config.ts';
import { kafkaConnectionOf } from '../kafka-connection.ts';
import { clientOptions } from '../kafka/connection.ts';
import { createTopics } from '../kafka/create-topics.ts';
import { topicName, topics } from '../kafka/topics.ts';
import { s3Options } from '../s3-options.ts';

/** Creates the topics that are missing. */
export async function prepareTopics(config: ClusterConfig): Promise<void> {
  const connection = await kafkaConnectionOf(config);
  const admin = new Admin(clientOptions(connection));
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !existing.has(topicName(connection, topic)));
    await createTopics(admin, connection, missing, config.topics);
  } finally {
    await admin.close();
  }
}

/** Creates the bucket if it is missing. */
export async function prepareBucket({ s3, pipeline }: ClusterConfig): Promise<void> {
  const client = new S3Client(s3Options(s3));
  const Bucket = pipeline.bucketName;
  try {
    await client.send(new HeadBucketCommand({ Bucket }));
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    await client.send(new CreateBucketCommand({ Bucket }));
  } finally {
    client.destroy();
  }
}
