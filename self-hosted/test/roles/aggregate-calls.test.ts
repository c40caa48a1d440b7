import type { KinesisStreamEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { kinesisStreamEvent } from '../../../event-source/stream/kinesis-event.ts';
import { NewerFormat } from '../../../lib/errors.ts';
import { createAggregateCalls, type AggregateFunction } from '../../roles/aggregate-calls.ts';
import { createLogger } from '../../../lib/logger.ts';

const arn = 'arn:aws:kinesis:local:000000000000:stream/';

function eventOf(
  sequences: readonly number[],
  { topic = 'insights', partition = 0, data = Buffer.from('a') } = {},
) {
  const records = sequences.map((sequence) => ({
    sequence,
    partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    data,
    putAt: new Date('2025-12-28T18:03:07Z'),
  }));
  return kinesisStreamEvent(partition, records, {
    eventSourceArn: `${arn}${topic}`,
    region: 'local',
    partitionName: String,
  });
}

function callsOf(invoke: ReturnType<AggregateFunction>, handler: AggregateFunction = () => invoke) {
  return createAggregateCalls({
    handler,
    topics: new Set(['insights', 'late']),
    logger: createLogger({ level: 'error', clock: { now: () => new Date(0) }, write: () => undefined }),
  });
}

const nothingFails = async () => ({ batchItemFailures: [] });
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('calls of the function aggregate', () => {
  it('hands the event over, and answers what the function says', async () => {
    const got: KinesisStreamEvent[] = [];
    const calls = callsOf(async (event) => {
      got.push(event);
      return { batchItemFailures: [{ itemIdentifier: '8' }] };
    });
    const event = eventOf([7, 8]);
    expect(await calls.call(bytes(event))).toEqual({
      status: 200,
      body: { batchItemFailures: [{ itemIdentifier: '8' }] },
    });
    expect(got).toEqual([event]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', undefined, /not JSON/],
    ['no event', { Records: [] }, /not a KinesisStreamEvent/],
    ['another topic', eventOf([1], { topic: 'batches' }), /batches has no partials/],
    [
      'records of two partitions, whose offsets may be the same',
      { Records: [...eventOf([1]).Records, ...eventOf([1], { partition: 1 }).Records] },
      /several partitions/,
    ],
    [
      'two names for a record',
      { Records: eventOf([1]).Records.map((record) => Object.assign(record, { eventID: '0:2' })) },
      /differ/,
    ],
  ])('refuses %s, and calls nothing', async (_what, body, reason) => {
    const calls = callsOf(() => Promise.reject(new Error('It was called.')));
    const answer = await calls.call(body === undefined ? Buffer.from('{') : bytes(body));
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toMatch(reason);
  });

  it('is not ready any more once a newer version is needed', async () => {
    const error = new NewerFormat('A window has format version 1000.');
    let isNewer = false;
    const calls = callsOf(nothingFails, (onNewerFormat) => async () => {
      if (isNewer) onNewerFormat('Record 1', error);
      return { batchItemFailures: [{ itemIdentifier: '1' }] };
    });
    await calls.call(bytes(eventOf([1])));
    expect(calls.problem()).toBeUndefined();
    isNewer = true;
    const { status } = await calls.call(bytes(eventOf([1])));
    expect(status).toBe(200);
    expect(calls.problem()).toMatch(/newer version .*version 1000.*with that version/);
  });

  it('finishes what runs when it stops, and answers 503 to what comes then', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const calls = callsOf(async () => {
      await finished;
      return nothingFails();
    });
    const running = calls.call(bytes(eventOf([1])));
    let isStopped = false;
    const stopping = calls.stop().then(() => (isStopped = true));
    expect((await calls.call(bytes(eventOf([2])))).status).toBe(503);
    expect(isStopped).toBe(false);
    finish();
    await stopping;
    expect((await running).status).toBe(200);
    await calls.ended;
  });
});
