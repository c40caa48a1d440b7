import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadBucketCommand,
  NotFound,
  S3Client,
} from '@aws-sdk/client-s3';
import { Admin } from '@platformatic/kafka';
import { Unavailable } from '../../lib/errors.ts';
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

/**
 * Creates the bucket if it is missing.
 * @returns true if it was missing
 * @throws Unavailable  the store does not answer, or refuses
 */
export async function prepareBucket({ s3, pipeline }: ClusterConfig): Promise<boolean> {
  const client = new S3Client(s3Options(s3));
  const Bucket = pipeline.bucketName;
  try {
    if (await exists(client, Bucket)) return false;
    await client.send(new CreateBucketCommand({ Bucket }));
    return true;
  } catch (cause) {
    if (cause instanceof BucketAlreadyOwnedByYou) return false; // another process was faster
    throw new Unavailable(`The bucket ${Bucket} cannot be created.`, { cause });
  } finally {
    client.destroy();
  }
}

async function exists(client: S3Client, Bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket }));
    return true;
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}
