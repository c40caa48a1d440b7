import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createBackoff } from '../lib/adapters/backoff.ts';
import { createS3ObjectStore, createS3ObjectVersions } from '../lib/adapters/s3-object-store.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { ObjectVersions } from '../lib/ports/object-versions.ts';
import type { ClusterConfig } from './config.ts';
import { s3Options } from './s3-options.ts';

/** The object store of the installation. */
export interface OpenStore {
  readonly store: ObjectStore;
  readonly versions: ObjectVersions;
  readonly close: () => void;
}

/** Together below the deadline of a put, so that a server that does not answer is noticed in time. */
const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
const maxAttempts = 3;
/** Many batches and windows are under way in a process at one time. */
const maxSockets = 256;

/** Opens the bucket on its S3-compatible server. */
export function openStore({ s3, pipeline }: Pick<ClusterConfig, 's3' | 'pipeline'>): OpenStore {
  const agent = { keepAlive: true, maxSockets };
  const client = new S3Client({
    ...s3Options(s3),
    maxAttempts,
    requestHandler: new NodeHttpHandler({
      ...timeouts,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
    }),
  });
  const backoff = createBackoff({ maxAttempts: 6, firstMilliseconds: 50, random: Math.random });
  const bucket = pipeline.bucketName;
  const store = createS3ObjectStore({ client, bucket, backoff });
  return { store, versions: createS3ObjectVersions({ client, bucket }), close: () => client.destroy() };
}
