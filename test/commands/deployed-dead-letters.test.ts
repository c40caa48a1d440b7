import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { minuteKey, type ObjectKey } from '../../lib/domain/keys.ts';
import { notifiedKeys } from '../../lib/domain/notification.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { aggregate, type ReceivedRecord } from '../../lib/pipeline/aggregate/aggregate.ts';
import { keepFailedRollUp } from '../../lib/pipeline/roll-up/failed-roll-ups.ts';
import { s3Event } from '../../event-source/queue/s3-event.ts';
import { kinesisClient } from '../aws/clients.ts';
import { awsEnvironment } from '../aws/environment.ts';
import { startIdentityServer } from '../aws/identity-server.ts';
import { startKinesisServer } from '../aws/kinesis-server.ts';
import { servedMessage, startQueueServer, type ServedMessage } from '../aws/queue-server.ts';
import type { RunningServer } from '../aws/running-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { createShardReader } from '../aws/shard-reader.ts';
import {
  customer,
  foldingLimits as limits,
  receivedRecord,
  windowPartial,
  windowStart,
} from '../factories.ts';
import { jsonLines, runCommandWith } from './run-command.ts';

const prefix = 'log-analytics-pipeline-prod';
const stream = `${prefix}-insights`;
const bucket = `${prefix}-123456789012-us-east-1`;
const batch = 'batches/cus-axon/k-lost';
const clock = { now: () => new Date() };
const neverDecoded = Buffer.from([0, 255]);
const record = receivedRecord('1', windowPartial({ id: 1, counts: { requestsByPath: { 'GET /': 2 } } }));

/** A test message of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html */
const testNotification = JSON.stringify({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-11-24T10:00:00.000Z',
  Bucket: bucket,
  RequestId: '5582815E1AEA5ADF',
  HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR',
});

function noticeOf(key: string): string {
  const write = { key, size: 1, eTag: 'e', sequencer: '0', at: new Date() };
  const rule = { prefix: '', suffix: '', queueName: '', bucketName: bucket, configurationId: 'c' };
  return JSON.stringify(s3Event(write, rule, 'us-east-1'));
}

describe('npm run dead-letters, of a deployed pipeline', () => {
  let objects: InMemoryObjectStore;
  let queues: Map<string, ServedMessage[]>;
  let kinesis: RunningServer;
  let servers: RunningServer[];
  let environment: Record<string, string>;

  beforeEach(async () => {
    objects = new InMemoryObjectStore();
    const names = ['verify', 'roll-up', 'unverified-batches', 'failed-roll-ups', 'failed-records'];
    queues = new Map(names.map((name) => [`${prefix}-${name}`, []]));
    kinesis = await startKinesisServer({ [stream]: { shards: 2 }, [`${prefix}-late`]: { shards: 1 } });
    const [S3, SQS, STS] = [
      await startS3Server(bucket, objects),
      await startQueueServer(queues),
      await startIdentityServer('123456789012'),
    ];
    servers = [S3, SQS, STS, kinesis];
    environment = awsEnvironment({ S3, SQS, STS, KINESIS: kinesis });
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
  });

  function deadLetters(...args: readonly string[]) {
    return runCommandWith(environment, 'dead-letters', ...args, '--stage', 'prod');
  }

  async function list() {
    return jsonLines(await deadLetters('--json')) as { readonly id: string }[];
  }

  async function onlyId(): Promise<string> {
    const [only, ...others] = await list();
    if (only === undefined || others.length > 0) throw new Error('There is not exactly one dead letter.');
    return only.id;
  }

  function messagesIn(name: string): ServedMessage[] {
    return queues.get(`${prefix}-${name}`) ?? [];
  }

  /** Lets the real `aggregate` fail on a record that it cannot decode, and S3 notify the queue about it. */
  async function kept(ofStream = stream): Promise<void> {
    await keptOf({ partitionKey: 'key', data: neverDecoded }, ofStream);
  }

  /** Lets it fail on a record that it can decode, since the window is damaged, and then repairs the window. */
  async function keptOfDamagedWindow(): Promise<void> {
    const minute = minuteKey(customer(), windowStart());
    const { etag } = await objects.put(minute, Buffer.from('{'), { ifNoneMatch: '*' });
    await keptOf(record);
    await objects.delete(minute, { ifMatch: etag });
  }

  async function keptOf(
    { partitionKey, data }: Pick<ReceivedRecord, 'partitionKey' | 'data'>,
    ofStream = stream,
  ): Promise<void> {
    const place = { stream: ofStream, partition: 'shardId-000000000001', sequenceNumber: '495' };
    const failing = { ...place, partitionKey, data };
    const { kept: records } = await aggregate([failing], { store: objects, clock }, limits);
    expect(records).toHaveLength(1);
    for await (const key of objects.list('failed/')) {
      messagesIn('failed-records').push(servedMessage(noticeOf(key)));
    }
  }

  /** Runs a command while the real `aggregate` reads the stream; returns what it has read, too. */
  async function whileCounting(command: () => ReturnType<typeof deadLetters>) {
    const client = kinesisClient(kinesis.endpoint);
    const reader = createShardReader(client, stream);
    const read: Buffer[] = [];
    const end = new AbortController();
    const count = async () => {
      while (!end.signal.aborted) {
        for (const { shardId: partition, record: found } of await reader.read()) {
          const { SequenceNumber: sequenceNumber = '', PartitionKey: partitionKey = '', Data = [] } = found;
          const data = Buffer.from(Data);
          read.push(data);
          const received = { stream, partition, sequenceNumber, partitionKey, data };
          await aggregate([received], { store: objects, clock }, limits);
        }
        await sleep(20);
      }
    };
    const ended = command().finally(() => end.abort());
    try {
      const [result] = await Promise.all([ended, count()]);
      return { ...result, read };
    } finally {
      client.destroy();
    }
  }

  async function countedRequests(): Promise<number | undefined> {
    const window = await objects.get(minuteKey(customer(), windowStart()));
    return window && decodeWindow(window.body).requests;
  }

  /** Keeps a record that Lambda gave up, under the name that AWS gives it. */
  async function gaveUp(sequenceNumber: string, timestamp: string): Promise<void> {
    const name = `${timestamp.slice(0, 19).replaceAll(':', '.')}-8a0f`;
    const key = `aws/lambda/5b3f4d1e-7c1a-4f0e-9d55-3c9d7a1e2b60/shardId-000000000001/${timestamp.slice(0, 10).replaceAll('-', '/')}/${name}`;
    const kinesisRecord = {
      sequenceNumber,
      partitionKey: record.partitionKey,
      data: record.data.toString('base64'),
    };
    const invocation = {
      requestContext: {
        requestId: 'c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5',
        functionArn: `arn:aws:lambda:us-east-1:123456789012:function:${prefix}-aggregate`,
        condition: 'RecordAgeExceeded',
        approximateInvokeCount: 7,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp,
      KinesisBatchInfo: {
        shardId: 'shardId-000000000001',
        startSequenceNumber: sequenceNumber,
        endSequenceNumber: sequenceNumber,
        batchSize: 1,
        streamArn: `arn:aws:kinesis:us-east-1:123456789012:stream/${stream}`,
      },
      payload: JSON.stringify({ Records: [{ kinesis: kinesisRecord, eventSource: 'aws:kinesis' }] }),
    };
    await objects.put(key as ObjectKey, Buffer.from(JSON.stringify(invocation)), { ifNoneMatch: '*' });
    messagesIn('failed-records').push(servedMessage(noticeOf(key)));
  }

  it('lists and shows a failed record', async () => {
    await kept();
    const listed = await deadLetters();
    expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed.stdout).toContain(`${prefix}-failed-records`);
    expect(listed.stdout).toContain(`${stream} shardId-000000000001 495`);

    const shown = await deadLetters('show', await onlyId());
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'failed-record',
      base64: neverDecoded.toString('base64'),
      messages: [{ queue: `${prefix}-failed-records` }],
    });
  });

  it('puts back a failed record, and removes it and its message when it is counted', async () => {
    await keptOfDamagedWindow();
    const id = await onlyId();
    const redriven = await whileCounting(() => deadLetters('redrive', id));
    expect(redriven.stdout).toContain(`${id}  redriven to ${stream}\n1 of 1 dead letters were redriven.`);
    expect(redriven.exitCode).toBe(0);
    expect(redriven.read).toEqual([record.data]);
    expect(await countedRequests()).toBe(2);
    expect(messagesIn('failed-records')).toEqual([]);
    expect(await list()).toEqual([]);
  });

  it('reports a record that fails again, and leaves only its new failed record', async () => {
    await kept();
    const id = await onlyId();
    const redriven = await whileCounting(() => deadLetters('redrive', id));
    const newId = await onlyId();
    expect(newId).not.toBe(id);
    expect(redriven.stdout).toContain(
      `${id}  NOT redriven: it was put again and failed again, and is kept as ${newId} now`,
    );
    expect(redriven.exitCode).toBe(1);
    expect(redriven.read).toEqual([neverDecoded]);
  });

  it('has roll-up look again at a window that it could not recompute', async () => {
    const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
    const window = 'aggregates/hour/cus-axon/2025/12/28/18.json' as ObjectKey;
    const error = new Error('A window is damaged.');
    const key = await keepFailedRollUp({ window, minute, error }, { store: objects, clock });
    messagesIn('failed-records').push(servedMessage(noticeOf(key)));
    const redriven = await deadLetters('redrive', await onlyId());
    expect(redriven).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('to roll-up') as string });
    expect(messagesIn('roll-up').map(({ body }) => notifiedKeys(body))).toEqual([[minute]]);
    expect(messagesIn('failed-records')).toEqual([]);
  });

  it('puts back records that Lambda gave up, under the name that AWS gives them', async () => {
    await gaveUp('495', '2026-11-24T10:00:00.000Z');
    expect(await list()).toMatchObject([
      {
        queue: `${prefix}-failed-records`,
        what: `${stream} shardId-000000000001 495`,
        cause: `the function ${prefix}-aggregate died of it (RecordAgeExceeded, 7 attempts)`,
      },
    ]);
    const redriven = await whileCounting(() => deadLetters('redrive', '--all'));
    expect(redriven).toMatchObject({ exitCode: 0, read: [record.data] });
    expect(await countedRequests()).toBe(2);
    expect(await list()).toEqual([]);
  });

  it('puts back once what Lambda gave up again and again, and removes the older dead letters', async () => {
    await gaveUp('495', '2026-11-24T10:00:00.000Z');
    const first = await onlyId();
    await gaveUp('511', '2026-11-25T10:00:00.000Z');
    const newest = (await list()).find(({ id }) => id !== first)?.id;
    const redriven = await whileCounting(() => deadLetters('redrive', '--all'));
    expect(redriven.stdout).toContain(
      `${first}  redriven to nowhere: it failed again, 2 times in all, and is kept as ${newest}; this older one was removed`,
    );
    expect(redriven.stdout).toContain(`${newest}  redriven to ${stream}`);
    expect(redriven.read).toEqual([record.data]);
    expect(await countedRequests()).toBe(2);
    expect(messagesIn('failed-records')).toEqual([]);
    expect(await list()).toEqual([]);
  });

  it('gives messages back to the queues that gave them up', async () => {
    const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json';
    messagesIn('unverified-batches').push(servedMessage(noticeOf(batch), `${prefix}-verify`));
    // This message does not say who gave it up, but its queue does.
    messagesIn('failed-roll-ups').push(servedMessage(noticeOf(minute)));
    expect(await list()).toMatchObject([
      { queue: `${prefix}-unverified-batches`, what: batch, since: '2026-11-24T10:00:00.000Z' },
      { queue: `${prefix}-failed-roll-ups`, what: minute },
    ]);
    const { exitCode, stdout } = await deadLetters('redrive', '--all');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 of 2 dead letters were redriven.');
    expect(messagesIn('verify')).toMatchObject([{ body: expect.stringContaining(batch) as string }]);
    expect(messagesIn('roll-up')).toMatchObject([{ body: expect.stringContaining(minute) as string }]);
    expect(await list()).toEqual([]);
  });

  it('makes the messages that it has read visible to others at once, however many they are', async () => {
    for (let number = 0; number < 25; number += 1) {
      messagesIn('unverified-batches').push(
        servedMessage(noticeOf(`batches/a/k-${number}`), `${prefix}-verify`),
      );
    }
    expect(await list()).toHaveLength(25);
    expect(await list()).toHaveLength(25);
    const hidden = messagesIn('unverified-batches').filter(({ visibleAt }) => visibleAt > Date.now());
    expect(hidden).toEqual([]);
  });

  it('recognises the test message of S3, and removes it', async () => {
    messagesIn('failed-records').push(servedMessage(testNotification));
    await keptOfDamagedWindow();
    expect(await list()).toMatchObject([
      { what: `${stream} shardId-000000000001 495` },
      { what: 'a test of S3', cause: 'S3 sent it when the pipeline was deployed; a redrive removes it' },
    ]);
    expect(await whileCounting(() => deadLetters('redrive', '--all'))).toMatchObject({ exitCode: 0 });
    expect(messagesIn('failed-records')).toEqual([]);
  });

  it('reports what cannot be given back, and leaves it as it is', async () => {
    await kept('another-stream');
    messagesIn('unverified-batches').push(servedMessage(noticeOf(batch), 'gone'));
    messagesIn('failed-records').push(servedMessage('what?'));
    const { exitCode, stdout } = await deadLetters('redrive', '--all');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('NOT redriven: There is no stream "another-stream".');
    expect(stdout).toContain(
      'NOT redriven: The queue gone cannot be reached. (The specified queue does not exist.)',
    );
    expect(stdout).toContain('NOT redriven: It has no source queue.');
    expect(stdout).toContain('0 of 3 dead letters were redriven.');
    expect(await list()).toHaveLength(3);
  });

  it('ends with 2, and says why, if the stage does not exist', async () => {
    const { exitCode, stderr } = await runCommandWith(environment, 'dead-letters', '--stage', 'staging');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('log-analytics-pipeline-staging-unverified-batches cannot be reached.');
  });
});
