import { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStore } from '../ports/object-store.ts';
import { requestHandler } from './aws-requests.ts';
import { createBackoff } from './backoff.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

/** The authorizer has ten seconds, and the look-ups in Parameter Store may take most of them. */
const requestMilliseconds = 1_500;

/** Opens the object store for the authorizer, which must not wait long for it. */
export function openS3Copies(bucket: string): Pick<ObjectStore, 'get' | 'put'> {
  const client = new S3Client({ maxAttempts: 1, requestHandler: requestHandler(requestMilliseconds) });
  const backoff = createBackoff({ maxAttempts: 1, firstMilliseconds: 50, random: Math.random });
  return createS3ObjectStore({ client, bucket, backoff });
}
