import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import { describeObjectStore } from '../../test/contract/object-store.contract.ts';

describeObjectStore('on versitygw', async () => {
  const { endpoint, region, credentials } = inject('services').s3;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const bucket = `objects-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const backoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 20, random: Math.random });
  return {
    store: createS3ObjectStore({ client, bucket, backoff }),
    // Seen in one of some ten runs: it reads the body and the etag of a file one after the other.
    mixesVersions: true,
    close: async () => client.destroy(),
  };
});
