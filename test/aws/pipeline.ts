import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aggregateHandler } from '../../handlers/aggregate.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import { verifyHandler } from '../../handlers/verify.ts';
import { wire, type App } from '../../handlers/wiring.ts';
import { createLogger } from '../../lib/logger.ts';
import type { LocalQueue } from '../../local-store/local-queue.ts';
import { openLocalStore } from '../../local-store/open-local-store.ts';
import { sqsEvent } from '../../event-source/queue/sqs-event.ts';
import type { HttpAnswer, HttpRequestOptions } from '../../client/http-client.ts';
import { authorized, httpEvent } from '../handlers/app.ts';
import { credentials, kinesisClient } from './clients.ts';
import { startFaultProxy, type Fault, type PassingRequest } from './fault-proxy.ts';
import { startKinesisServer } from './kinesis-server.ts';
import { startMetricsServer } from './metrics-server.ts';
import { startS3Server } from './s3-server.ts';
import { createStreamDelivery } from './stream-delivery.ts';
import { untilNotified } from '../until-notified.ts';

export interface AwsPipelineOptions {
  readonly faultOfS3?: (request: PassingRequest) => Fault | undefined;
  readonly faultOfKinesis?: (request: PassingRequest) => Fault | undefined;
  readonly random: () => number;
  /** See `StreamDeliveryOptions`. */
  readonly disorder?: number;
  readonly isCloudWatchGone?: () => boolean;
}

/** The functions on their AWS adapters, against servers that speak the protocols of S3, Kinesis and CloudWatch. */
export interface AwsPipeline {
  readonly app: App;
  /** Sends a request as API Gateway would. */
  request(path: string, options?: HttpRequestOptions): Promise<HttpAnswer>;
  /** Counts everything on the streams. */
  count(): Promise<void>;
  /** Resolves when the queue of `verify` has the notification of a stored batch. */
  untilNotified(): Promise<void>;
  /** Lets time pass until batches are verified and minutes rolled up, and repeats that until nothing waits. */
  settle(): Promise<void>;
  pass(seconds: number): void;
  /** Splits the first shard of the insight stream in two. */
  splitShard(): Promise<void>;
  /** Lines of the log without metrics, which are written to the same place. */
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

const streamNames = { insights: 'insights', late: 'late' };
/** Notifications of the store, and the functions that receive them. */
const work = [
  { queueName: 'verify', prefix: 'batches/', handler: verifyHandler },
  { queueName: 'roll-up', prefix: 'aggregates/minute/', handler: rollUpHandler },
];
const verifyAgainSeconds = 900;
const maxLooks = 20;

export async function startAwsPipeline({
  faultOfS3,
  faultOfKinesis,
  random,
  disorder = 0,
  isCloudWatchGone = () => false,
}: AwsPipelineOptions): Promise<AwsPipeline> {
  const directory = await mkdtemp(join(tmpdir(), 'aws-pipeline-'));
  let passedMilliseconds = 0;
  const clock = { now: () => new Date(Date.now() + passedMilliseconds) };
  const logLines: string[] = [];
  const local = await openLocalStore(directory, {
    clock,
    logger: createLogger({ level: 'warn', clock, write: (line) => logLines.push(line) }),
    region: 'us-east-1',
    streams: {},
    queues: work.map(({ queueName }) => ({
      name: queueName,
      delaySeconds: 120,
      visibilityTimeoutSeconds: verifyAgainSeconds,
      deadLetters: undefined,
    })),
    notifications: work.map(({ queueName, prefix }) => {
      return { prefix, suffix: '', queueName, bucketName: 'logs', configurationId: queueName };
    }),
  });
  const s3 = await startS3Server('logs', local.objects);
  const s3Proxy = faultOfS3 && (await startFaultProxy(s3.endpoint, faultOfS3));
  const kinesis = await startKinesisServer({ insights: { shards: 4 }, late: { shards: 2 } });
  const kinesisProxy = faultOfKinesis && (await startFaultProxy(kinesis.endpoint, faultOfKinesis));
  // Queries come after all records on the streams are counted.
  const cloudWatch = await startMetricsServer(() =>
    isCloudWatchGone() ? undefined : { minute: new Date(clock.now().getTime() - 60_000), value: 0 },
  );
  const environment = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_S3: (s3Proxy ?? s3).endpoint,
    AWS_ENDPOINT_URL_KINESIS: (kinesisProxy ?? kinesis).endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.endpoint,
  };
  Object.assign(process.env, environment); // the SDK reads it, as it does in Lambda
  const app = await wire(
    {
      STORAGE: 'aws',
      BUCKET_NAME: 'logs',
      INSIGHT_STREAM_NAME: streamNames.insights,
      LATE_STREAM_NAME: streamNames.late,
      VERIFY_AGAIN_SECONDS: String(verifyAgainSeconds),
      LOG_LEVEL: 'error',
    },
    {
      clock,
      writeLog: (line) => {
        if (!line.includes('"_aws"')) logLines.push(line);
      },
    },
  );
  const wired = async () => app;
  const client = kinesisClient(kinesis.endpoint);
  const deliveries = Object.values(streamNames).map((streamName) =>
    createStreamDelivery({ client, streamName, handler: aggregateHandler(wired), random, disorder }),
  );
  const routes = { POST: ingestHandler(wired), GET: queryHandler(wired) };

  async function count(): Promise<void> {
    for (const delivery of deliveries) await delivery.deliver();
  }

  return {
    app,
    count,
    logLines,

    async request(path, { method = 'GET', ...options } = {}) {
      const handler = method === 'POST' ? routes.POST : routes.GET;
      const { pathname, searchParams } = new URL(path, 'http://gateway');
      const { headers = {}, body } = options;
      const event = httpEvent(method, pathname, {
        headers,
        query: Object.fromEntries(searchParams),
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      });
      const answer = await handler(authorized(event, headers['x-customer-id'] ?? ''));
      return {
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
        body: Buffer.from(answer.body ?? ''),
      };
    },

    untilNotified: () => untilNotified(local.queue('verify')),

    async settle() {
      const queues = work.map(({ queueName }) => local.queue(queueName));
      for (let look = 0; queues.some((queue) => queue.nextVisibleAt() !== undefined); look += 1) {
        if (look === maxLooks) throw new Error('Some work is never done.');
        await count();
        passedMilliseconds += (verifyAgainSeconds + 1) * 1_000;
        for (const { queueName, handler } of work) await workOff(local.queue(queueName), handler(wired));
      }
    },

    pass: (seconds) => void (passedMilliseconds += seconds * 1_000),

    async splitShard() {
      const middle = (2n ** 128n / 8n).toString(); // the first of four
      await client.send(
        new SplitShardCommand({
          StreamName: streamNames.insights,
          ShardToSplit: 'shardId-000000000000',
          NewStartingHashKey: middle,
        }),
      );
    },

    async close() {
      for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
      client.destroy();
      for (const server of [s3Proxy, kinesisProxy, cloudWatch, s3, kinesis]) await server?.close();
      await local.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Delivers the visible messages of a queue to its function, as an event source mapping would. */
async function workOff(
  queue: LocalQueue,
  handler: (event: SQSEvent) => Promise<SQSBatchResponse>,
): Promise<void> {
  for (;;) {
    const messages = await queue.receive({ maxMessages: 1_000, maxBytes: Infinity, bytesOf: () => 0 });
    if (messages.length === 0) return;
    const origin = {
      eventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${queue.name}`,
      region: 'us-east-1',
    };
    const { batchItemFailures } = await handler(sqsEvent(messages, origin));
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    await queue.delete(messages.filter(({ id }) => !failed.has(id)));
  }
}
