/** Tests the commands for a deployed pipeline on servers of S3, SQS, Kinesis, SSM and STS by others. */
import { CreateStreamCommand } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployedNames } from '../../commands/deployed-names.ts';
import { createSsmApiKeys } from '../../lib/adapters/ssm-api-keys.ts';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import { hashOfApiKey, parseApiKey } from '../../lib/domain/api-key.ts';
import { apiKeyCopyKey, tombstoneKey } from '../../lib/domain/keys.ts';
import { encodeTombstone } from '../../lib/domain/tombstone.ts';
import { createLogger } from '../../lib/logger.ts';
import { authorizeLimits, createAuthorize } from '../../lib/pipeline/authorize/authorize.ts';
import { keepFailedRecord } from '../../lib/pipeline/failed-records/keep-failed-record.ts';
import { credentials, kinesisClient, s3Client } from '../aws/clients.ts';
import { awsEnvironment } from '../aws/environment.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { createShardReader } from '../aws/shard-reader.ts';
import { customer, receivedRecord, windowPartial } from '../factories.ts';
import { jsonLines, runCommandWith } from '../commands/run-command.ts';
import { startMoto } from './moto.ts';

const names = deployedNames('prod');
const [unverifiedBatches = '', ...otherQueues] = names.deadLetterQueues.map(({ name }) => name);
const verify = names.deadLetterQueues[0]?.source ?? '';
const bucket = names.bucketName('123456789012', 'us-east-1'); // moto's account
const notification = JSON.stringify({ Records: [{ s3: { object: { key: 'batches/cus-axon/k-lost' } } }] });

let moto: RunningServer;
let sqs: SQSClient;
beforeAll(async () => {
  moto = await startMoto();
  sqs = new SQSClient({ endpoint: moto.endpoint, region: 'us-east-1', credentials });
  const s3 = s3Client(moto.endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  s3.destroy();
});
afterAll(async () => {
  sqs.destroy();
  await moto.close();
});

function command(name: string, ...args: readonly string[]) {
  const environment = awsEnvironment({ S3: moto, SQS: moto, KINESIS: moto, STS: moto, SSM: moto });
  return runCommandWith(environment, name, ...args, '--stage', 'prod');
}

async function createQueue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl;
}

it('lists the dead letters, redrives them, and then finds nothing to audit', async () => {
  const s3 = s3Client(moto.endpoint);
  const kinesis = kinesisClient(moto.endpoint);
  try {
    for (const StreamName of [names.insightStreamName, names.lateStreamName]) {
      await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    }
    const QueueUrl = await createQueue(unverifiedBatches);
    for (const name of otherQueues) await createQueue(name);
    const wanted = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
    const { Attributes } = await sqs.send(wanted);
    const policy = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 };
    const verifyUrl = await createQueue(verify, {
      VisibilityTimeout: '0',
      RedrivePolicy: JSON.stringify(policy),
    });

    // SQS itself made it a dead letter: it was received more often than its queue allows.
    await sqs.send(new SendMessageCommand({ QueueUrl: verifyUrl, MessageBody: notification }));
    for (const _ of [1, 2]) await sqs.send(new ReceiveMessageCommand({ QueueUrl: verifyUrl }));
    const backoff = createBackoff({ maxAttempts: 2, firstMilliseconds: 10, random: Math.random });
    const store = createS3ObjectStore({ client: s3, bucket, backoff });
    const clock = { now: () => new Date() };
    const received = receivedRecord(
      '495',
      windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 1 } }, storedAt: new Date(0) }),
    );
    const record = { ...received, stream: names.insightStreamName };
    await keepFailedRecord({ ...record, cause: 'A fault', failedAt: clock.now() }, store);
    // No function runs here; what is forgotten needs nobody to count it.
    const { before, completedAt } = { before: clock.now(), completedAt: clock.now() };
    const tombstone = encodeTombstone({ customerId: customer(), before, completedAt });
    await store.put(tombstoneKey(customer()), tombstone, { ifNoneMatch: '*' });

    const listed = await command('dead-letters', '--json');
    expect(jsonLines(listed)).toMatchObject([
      { what: `${names.insightStreamName} shardId-000000000000 495` },
      { queue: unverifiedBatches, what: 'batches/cus-axon/k-lost' },
    ]);
    const redriven = await command('dead-letters', 'redrive', '--all');
    expect(redriven.stdout).toContain(`redriven to ${names.insightStreamName}`);
    expect(redriven.stdout).toContain(`redriven to ${verify}`);
    expect(redriven.exitCode).toBe(0);
    expect(jsonLines(await command('dead-letters', '--json'))).toEqual([]);

    const records = await createShardReader(kinesis, names.insightStreamName).read();
    expect(records.map((read) => Buffer.from(read.record.Data ?? []))).toEqual([record.data]);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: verifyUrl }));
    expect(Messages.map(({ Body }) => Body)).toEqual([notification]);
    expect(await command('audit')).toMatchObject({ exitCode: 0 });
  } finally {
    s3.destroy();
    kinesis.destroy();
  }
});

it('creates API keys that the authorizer accepts, under an encrypted secret, and logs who did it', async () => {
  const s3 = s3Client(moto.endpoint);
  const backoff = createBackoff({ maxAttempts: 2, firstMilliseconds: 10, random: Math.random });
  const store = createS3ObjectStore({ client: s3, bucket, backoff });
  const ssm = new SSMClient({ endpoint: moto.endpoint, region: 'us-east-1', credentials });
  try {
    const clock = { now: () => new Date() };
    const logger = createLogger({ level: 'error', clock, write: () => {} });
    const path = '/log-analytics-pipeline/prod/api-keys';
    const authorize = (text: string) => {
      const key = parseApiKey(text) ?? expect.fail('not shaped like a key');
      const copies = store;
      const ports = { apiKeys: createSsmApiKeys(ssm, path), copies, clock, logger };
      return createAuthorize(ports, { ...authorizeLimits, acceptOldKeys: true })(key);
    };
    const created = await command('api-keys', 'create', 'cus-axon', '--scope', 'read', '--label', 'shop');
    expect(created.exitCode).toBe(0);
    const key = created.stdout.trim();
    expect(await authorize(key)).toMatchObject({ customerId: 'cus-axon', scopes: ['read'] });
    const copy = apiKeyCopyKey(hashOfApiKey(key));
    expect(await store.get(copy)).toBeDefined();
    const { Parameters = [] } = await ssm.send(new DescribeParametersCommand({}));
    expect(Parameters.find(({ Name }) => Name === `${path}-secret`)).toMatchObject({ Type: 'SecureString' });

    const [listed] = jsonLines(await command('api-keys', 'list', '--json')) as { id: string }[];
    expect(listed).toMatchObject({ customerId: 'cus-axon', scopes: 'read', label: 'shop' });
    expect((await command('api-keys', 'revoke', listed?.id ?? '')).exitCode).toBe(0);
    expect(await authorize(key)).toBeUndefined();
    expect(await store.get(copy)).toBeUndefined();
    expect(jsonLines(await command('api-keys', 'history', '--json'))).toMatchObject([
      { action: 'rotate-secret', step: 'done' },
      { action: 'create', step: 'done', by: expect.stringContaining('arn:aws:') as string },
      { action: 'revoke', step: 'done', what: { id: listed?.id } },
    ]);
  } finally {
    ssm.destroy();
    s3.destroy();
  }
});
