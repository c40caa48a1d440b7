import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import type { Logger } from '../../lib/logger.ts';
import type { NewerFormat } from '../../lib/errors.ts';
import type { AdminAnswer, AdminCall } from '../admin/admin-call.ts';
import { NewerVersionNeeded } from '../kafka/consumer/role-stopped.ts';
import type { Source } from './consumer-role.ts';

/** The path of the function on the internal port. */
export const aggregatePath = '/functions/aggregate';

/** Creates the function, given what it calls with a record that a newer version wrote, or that needs what it wrote. */
export type AggregateFunction = (
  onNewerFormat: (what: string, error: NewerFormat) => void,
) => (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse>;

export interface AggregateCallsOptions {
  readonly handler: AggregateFunction;
  /** Names in Kafka of the topics whose records may come. */
  readonly topics: ReadonlySet<string>;
  readonly logger: Logger;
}

/** The function `aggregate`, for a Flink job that calls it. */
export interface AggregateCalls extends Source {
  readonly call: AdminCall;
  /** Returns why this process cannot process what comes; `undefined` if it can. */
  problem(): string | undefined;
}

const arnPrefix = 'arn:aws:kinesis:local:000000000000:stream/';

const eventSchema = z.object({
  Records: z
    .array(
      z.object({
        eventID: z.string().regex(/^\d{1,9}:\d{1,18}$/),
        eventName: z.string(),
        eventSource: z.string(),
        eventSourceARN: z.string().startsWith(arnPrefix),
        eventVersion: z.string(),
        awsRegion: z.string(),
        invokeIdentityArn: z.string(),
        kinesis: z.object({
          kinesisSchemaVersion: z.string(),
          partitionKey: z.string(),
          sequenceNumber: z.string().regex(/^\d{1,18}$/),
          approximateArrivalTimestamp: z.number(),
          data: z.base64(),
        }),
      }),
    )
    .min(1)
    .max(10_000),
});

/**
 * Creates the answers to calls of the function `aggregate`: a `KinesisStreamEvent` comes in, and its partial-batch response
 * goes out. As on AWS, the records of an event are of one partition, so that a sequence number names one of them.
 */
export function createAggregateCalls(options: AggregateCallsOptions): AggregateCalls {
  const { logger } = options;
  const running = new Set<Promise<AdminAnswer>>();
  let isStopping = false;
  let problem: string | undefined;
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));

  const invoke = options.handler((what, error) => {
    // Another process may take it: an upgrade may be under way.
    problem ??= new NewerVersionNeeded(what, error).message;
    logger.error('A newer version of this program wrote a partial or its window; the partial waits for it', {
      error,
    });
  });

  async function answer(body: Buffer): Promise<AdminAnswer> {
    const event = parseEvent(body, options.topics);
    if (typeof event === 'string') return { status: 400, body: { status: event } };
    return { status: 200, body: await invoke(event) };
  }

  return {
    ended,
    problem: () => problem,
    async call(body) {
      if (isStopping) return { status: 503, body: { status: 'it is stopping' } };
      const answering = answer(body);
      running.add(answering);
      try {
        return await answering;
      } finally {
        running.delete(answering);
      }
    },
    async stop() {
      isStopping = true;
      await Promise.allSettled(running);
      end();
    },
  };
}

/** Returns the event, or why it is none. */
function parseEvent(body: Buffer, topics: ReadonlySet<string>): KinesisStreamEvent | string {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    return 'the body is not JSON';
  }
  const { data, error } = eventSchema.safeParse(json);
  if (error !== undefined) return `the body is not a KinesisStreamEvent: ${z.prettifyError(error)}`;
  const partitions = new Set(
    data.Records.map(({ eventID, eventSourceARN }) => `${eventSourceARN} ${eventID.split(':')[0]}`),
  );
  if (partitions.size > 1) return 'the records are of several partitions';
  const topic = data.Records[0]?.eventSourceARN.slice(arnPrefix.length) ?? '';
  if (!topics.has(topic)) return `the topic ${topic} has no partials`;
  const isNamedAlike = data.Records.every(
    ({ eventID, kinesis }) => eventID.split(':')[1] === kinesis.sequenceNumber,
  );
  return isNamedAlike ? data : 'eventID and sequenceNumber differ';
}
