import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { callCommand } from '../../../test/commands/run-command.ts';
import { createBucketCommand } from '../../commands/create-bucket.ts';

describe('create:bucket', () => {
  const name = `bucket-${randomUUID()}`;
  const run = (more: Readonly<Record<string, string>> = {}) => {
    const { endpoint, region, credentials } = inject('services').s3;
    const env = {
      S3_ENDPOINT: endpoint,
      S3_REGION: region,
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      BUCKET_NAME: name,
    };
    return callCommand(async () => createBucketCommand, { ...env, ...more }, []).ended;
  };

  it('creates the bucket, and changes nothing when it is run again', async () => {
    expect(await run()).toMatchObject({ exitCode: 0, stdout: `The bucket ${name} was created.\n` });
    expect(await run()).toMatchObject({ exitCode: 0, stdout: `The bucket ${name} exists.\n` });
  });

  it('says why the store refuses', async () => {
    const refused = await run({ S3_SECRET_ACCESS_KEY: 'wrong' });
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toMatch(/Check KAFKA_BROKERS, S3_ENDPOINT/);
  });
});
