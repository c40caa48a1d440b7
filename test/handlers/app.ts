import type { APIGatewayProxyEventV2, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { aggregateHandler } from '../../handlers/aggregate.ts';
import type { AuthorizerContext } from '../../handlers/authorize.ts';
import { createApp, type App, type AppParts } from '../../handlers/wiring.ts';
import {
  createInMemoryEventStream,
  type InMemoryEventStream,
} from '../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryRollUpBacklog } from '../../lib/adapters/in-memory-roll-up-backlog.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { parseConfig } from '../../lib/config.ts';
import { createLogger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { installationSecret } from '../api-keys.ts';
import { instant, receivedRecord } from '../factories.ts';

/** An app in memory, with the parts that a test looks at. */
export interface TestApp {
  readonly app: App;
  readonly insights: InMemoryEventStream;
  readonly late: InMemoryEventStream;
  readonly rollUps: InMemoryRollUpBacklog;
  readonly logLines: readonly string[];
}

export function testApp({
  environment = {},
  store = new InMemoryObjectStore(),
  now = '2025-12-28T18:04:00Z',
  clock = { now: () => instant(now) },
  parts = {},
}: {
  environment?: Record<string, string>;
  store?: ObjectStore;
  now?: string;
  clock?: Clock;
  parts?: Partial<AppParts>;
} = {}): TestApp {
  const config = parseConfig(environment);
  const insights = createInMemoryEventStream({ clock });
  const late = createInMemoryEventStream({ clock });
  const rollUps = new InMemoryRollUpBacklog();
  const logLines: string[] = [];
  const logger = createLogger({ level: config.logLevel, clock, write: (line) => logLines.push(line) });
  return {
    app: createApp({
      config,
      clock,
      logger,
      store,
      streams: { insights, late },
      rollUps,
      linkSecrets: [installationSecret().secret],
      ...parts,
    }),
    insights,
    late,
    rollUps,
    logLines,
  };
}

/** Counts everything emitted so far. */
export async function countAll({ app, insights, late }: TestApp): Promise<void> {
  const records = [...insights.drain(), ...late.drain()];
  const event = kinesisEvent(records.map(({ data }, index) => ({ sequenceNumber: String(index), data })));
  const { batchItemFailures } = await aggregateHandler(async () => app)(event);
  if (batchItemFailures.length > 0) throw new Error('Not everything could be counted.');
}

/** Creates the event that API Gateway makes of a request to an HTTP API (payload format 2.0). */
export function httpEvent(
  method: string,
  path: string,
  {
    headers = {},
    query = {},
    body,
  }: { headers?: Record<string, string>; query?: Record<string, string>; body?: string | Buffer } = {},
): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: `${method} ${path}`,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { 'x-customer-id': 'cus-axon', ...headers },
    queryStringParameters: query,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request',
      routeKey: `${method} ${path}`,
      stage: '$default',
      time: '28/Dec/2025:18:04:00 +0000',
      timeEpoch: 1_766_945_040_000,
    },
    ...(body === undefined ? {} : { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: body !== undefined,
  };
}

/** Creates the event after the authorizer has accepted it, with the authorizer's other values. */
export function authorized(
  event: APIGatewayProxyEventV2,
  customerId: string,
  context: Partial<AuthorizerContext> = {},
): APIGatewayProxyEventV2 {
  const requestContext = { ...event.requestContext, authorizer: { lambda: { customerId, ...context } } };
  return { ...event, requestContext };
}

/** Sends `POST /logs` with entries, or with a body of any kind. */
export function postLogs(
  entries: readonly object[] | string | Buffer,
  headers: Record<string, string> = {},
): APIGatewayProxyEventV2 {
  const body = typeof entries === 'string' || Buffer.isBuffer(entries) ? entries : JSON.stringify(entries);
  return httpEvent('POST', '/logs', { headers: { 'content-type': 'application/json', ...headers }, body });
}

/** Creates the event that a Kinesis event source mapping passes to a function. */
export function kinesisEvent(
  records: readonly { sequenceNumber: string; data: Uint8Array }[],
): KinesisStreamEvent {
  return { Records: records.map(kinesisRecord) };
}

function kinesisRecord({
  sequenceNumber,
  data,
}: {
  sequenceNumber: string;
  data: Uint8Array;
}): KinesisStreamRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: receivedRecord(sequenceNumber, data).partitionKey,
      sequenceNumber,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: 1_766_945_040.123,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/aggregate',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/insights',
  };
}
