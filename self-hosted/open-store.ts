import { S3Client } from '@aws-sdk/client-s3';
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

const maxAttempts = 3;

/**
 * Opens the bucket on its S3-compatible server.
 * @throws CannotStart  a file of certificates cannot be read
 */
export function openStore({ s3, pipeline }: Pick<ClusterConfig, 's3' | 'pipeline'>): OpenStore {
  const client = new S3Client({ ...s3Options(s3), maxAttempts });
  const backoff = createBackoff({ maxAttempts: 6, firstMilliseconds: 50, random: Math.random });
  const bucket = pipeline.bucketName;
  const store = createS3ObjectStore({ client, bucket, backoff });
  return { store, versions: createS3ObjectVersions({ client, bucket }), close: () => client.destroy() };
}
