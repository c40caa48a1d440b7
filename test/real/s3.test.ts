/** Tests the adapter on an S3 server by others, and that this project's own test server answers like it. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { createS3ObjectStore } from '../../lib/adapters/s3-object-store.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../lib/errors.ts';
import { s3Client } from '../aws/clients.ts';
import { startFaultProxy, type Fault } from '../aws/fault-proxy.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { describeObjectStore } from '../contract/object-store.contract.ts';
import { startMoto } from './moto.ts';

const backoff = createBackoff({ maxAttempts: 5, firstMilliseconds: 20, random: Math.random });
const createOnly = { ifNoneMatch: '*' } as const;
const key = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;

let moto: RunningServer;
beforeAll(async () => {
  moto = await startMoto();
});
afterAll(() => moto.close());

async function newBucket(): Promise<string> {
  const bucket = `logs-${randomUUID()}`;
  const client = s3Client(moto.endpoint);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return bucket;
}

describeObjectStore('on S3, as moto has it', async () => {
  const client = s3Client(moto.endpoint);
  const store = createS3ObjectStore({ client, bucket: await newBucket(), backoff });
  return { store, close: async () => client.destroy() };
});

describe('the object store on S3, as moto has it, when answers are lost', () => {
  const answer = { status: 503, body: '<Error><Code>SlowDown</Code></Error>' };
  const lost: [string, Fault][] = [
    ['done, but answered with a 503', { kind: 'done-but', answer }],
    ['done, and the connection broke', { kind: 'answer-lost' }],
  ];

  async function storeWith(faults: Fault[]) {
    const proxy = await startFaultProxy(moto.endpoint, ({ method }) =>
      method === 'PUT' ? faults.shift() : undefined,
    );
    const client = s3Client(proxy.endpoint);
    onTestFinished(async () => {
      client.destroy();
      await proxy.close();
    });
    return createS3ObjectStore({ client, bucket: await newBucket(), backoff });
  }

  it.each(lost)('knows its own writes again: %s', async (_, fault) => {
    const faults = [fault];
    const store = await storeWith(faults);
    const first = await store.put(key, Buffer.from('first'), createOnly);
    faults.push(fault);
    const second = await store.put(key, Buffer.from('second'), { ifMatch: first.etag });
    expect(await store.get(key)).toMatchObject({ body: Buffer.from('second'), etag: second.etag });
  });

  it('does not take another one’s write for its own', async () => {
    const faults: Fault[] = [];
    const store = await storeWith(faults);
    await store.put(key, Buffer.from('theirs'), createOnly);
    faults.push({ kind: 'refused', answer });
    await expect(store.put(key, Buffer.from('mine'), createOnly)).rejects.toThrow(PreconditionFailed);
  });
});

/** Answers that the adapter relies on, in the words of the API reference. */
const answers: [string, string, (client: S3Client, Bucket: string) => Promise<unknown>][] = [
  ['GET of an absent object', '404 NoSuchKey', (client, Bucket) => client.send(get(Bucket, 'no'))],
  [
    'HEAD of an absent object',
    '404 NotFound',
    (client, Bucket) => client.send(new HeadObjectCommand({ Bucket, Key: 'no' })),
  ],
  [
    'DELETE of an absent object',
    '204',
    (client, Bucket) => client.send(new DeleteObjectCommand({ Bucket, Key: 'no' })),
  ],
  [
    'a creation of an existing object',
    '412 PreconditionFailed',
    (client, Bucket) => client.send(put(Bucket, 'a', { IfNoneMatch: '*' })),
  ],
  [
    'a replacement of another object',
    '412 PreconditionFailed',
    (client, Bucket) => client.send(put(Bucket, 'a', { IfMatch: '"0123456789abcdef0123456789abcdef"' })),
  ],
  [
    'a replacement of an absent object',
    '404 NoSuchKey',
    (client, Bucket) => client.send(put(Bucket, 'no', { IfMatch: '"0123456789abcdef0123456789abcdef"' })),
  ],
  ['a part', '206', (client, Bucket) => client.send(get(Bucket, 'a', 'bytes=0-1'))],
  ['a part that goes past the end', '206', (client, Bucket) => client.send(get(Bucket, 'a', 'bytes=0-99'))],
  [
    'a part of an empty object',
    '416 InvalidRange',
    (client, Bucket) => client.send(get(Bucket, 'empty', 'bytes=0-1')),
  ],
  ['a bucket that does not exist', '404 NoSuchBucket', (client) => client.send(get('no-such-bucket', 'a'))],
  [
    'a list without keys',
    '200',
    (client, Bucket) => client.send(new ListObjectsV2Command({ Bucket, Prefix: 'no/' })),
  ],
];

function get(Bucket: string, Key: string, Range?: string): GetObjectCommand {
  return new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) });
}

function put(Bucket: string, Key: string, condition: { IfMatch: string } | { IfNoneMatch: '*' }) {
  return new PutObjectCommand({ Bucket, Key, Body: 'two', ...condition });
}

async function answerOf(request: Promise<unknown>): Promise<string> {
  try {
    const { $metadata, Body } = (await request) as Pick<GetObjectCommandOutput, '$metadata' | 'Body'>;
    await Body?.transformToByteArray(); // an unread one breaks when its server is closed
    return String($metadata.httpStatusCode);
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    return `${error.$metadata.httpStatusCode} ${error.name}`;
  }
}

describe.each([
  ['moto', async () => ({ endpoint: moto.endpoint, bucket: await newBucket() })],
  [
    'the server of the other tests',
    async () => {
      const server = await startS3Server('logs', new InMemoryObjectStore());
      onTestFinished(() => server.close());
      return { endpoint: server.endpoint, bucket: 'logs' };
    },
  ],
])('%s', (_, start) => {
  it.each(answers)('answers %s with %s', async (_what, expected, request) => {
    const { endpoint, bucket } = await start();
    const client = s3Client(endpoint);
    onTestFinished(() => client.destroy());
    const store = createS3ObjectStore({ client, bucket, backoff });
    await store.put('a' as ObjectKey, Buffer.from('one'), createOnly);
    await store.put('empty' as ObjectKey, Buffer.alloc(0), createOnly);
    expect(await answerOf(request(client, bucket))).toBe(expected);
  });
});
