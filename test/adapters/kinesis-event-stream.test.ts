import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { createKinesisEventStream } from '../../lib/adapters/kinesis-event-stream.ts';
import { Unavailable } from '../../lib/errors.ts';
import type { EventStream, StreamRecord } from '../../lib/ports/event-stream.ts';
import { kinesisClient } from '../aws/clients.ts';
import { startFaultProxy, type Fault } from '../aws/fault-proxy.ts';
import { startKinesisServer } from '../aws/kinesis-server.ts';
import { createShardReader, type ShardReader } from '../aws/shard-reader.ts';
import { putRecordsOf, throttled } from '../aws/throttled-records.ts';

const records = (count: number, bytes = 10): StreamRecord[] =>
  Array.from({ length: count }, (_, number) => ({
    partitionKey: `key-${number % 7}`,
    data: Buffer.from(String(number).padStart(bytes, '0')),
  }));

describe('the event stream on Kinesis, when something goes wrong', () => {
  let stream: EventStream;
  let reader: ShardReader;
  /** Number of records in each request. */
  let requests: number[];
  let faults: ((body: Buffer) => Fault)[];
  let alwaysFaulty: ((body: Buffer) => Fault) | undefined;
  let pauses: number[];
  let now: number;
  const clock = { now: () => new Date(now) };
  let closing: (() => Promise<void>)[];

  beforeEach(async () => {
    requests = [];
    faults = [];
    alwaysFaulty = undefined;
    pauses = [];
    now = Date.UTC(2025, 11, 28, 12);
    const server = await startKinesisServer({ insights: { shards: 2 } });
    const proxy = await startFaultProxy(server.endpoint, ({ body }) => {
      requests.push(putRecordsOf(body).length);
      return (faults.shift() ?? alwaysFaulty)?.(body);
    });
    const client = kinesisClient(proxy.endpoint);
    const backoff = createBackoff({
      maxAttempts: 5,
      firstMilliseconds: 100,
      random: () => 0.5,
      async pause(milliseconds) {
        pauses.push(milliseconds);
        now += milliseconds;
      },
    });
    stream = createKinesisEventStream({
      client,
      streamName: 'insights',
      backoff,
      clock,
      consumedThrough: async () => undefined,
    });
    const readingClient = kinesisClient(server.endpoint);
    reader = createShardReader(readingClient, 'insights');
    closing = [proxy.close, server.close, async () => client.destroy(), async () => readingClient.destroy()];
  });
  afterEach(async () => {
    for (const close of closing.toReversed()) await close();
  });

  async function texts(): Promise<string[]> {
    return (await reader.read()).map(({ record }) => Buffer.from(record.Data ?? []).toString());
  }

  it('puts again only those records that were not taken, after a pause that grows', async () => {
    faults = [throttled(({ index }) => index % 3 === 0), throttled(({ index }) => index < 2)];
    const put = records(10);
    await stream.put(put);
    expect(requests).toEqual([10, 4, 2]);
    expect(pauses).toEqual([50, 100]);
    expect((await texts()).toSorted()).toEqual(put.map(({ data }) => Buffer.from(data).toString()));
  });

  it('is unavailable where a shard never has room, having put the others', async () => {
    alwaysFaulty = throttled(({ partitionKey }) => partitionKey === 'key-0');
    await expect(stream.put(records(7))).rejects.toThrow(Unavailable);
    expect(requests).toEqual([7, 1, 1, 1, 1, 1]);
    expect(await texts()).toHaveLength(6);
  });

  /** Simulates a shard that takes this many records per second. */
  function takingASecond(recordsASecond: number): (body: Buffer) => Fault {
    const begin = now;
    let taken = 0;
    return (body) => {
      const room = Math.floor(((now - begin) / 1_000) * recordsASecond) - taken;
      taken += Math.min(room, putRecordsOf(body).length);
      return throttled(({ index }) => index >= room)(body);
    };
  }

  it('goes on for as long as a full shard takes some more each time, and loses none', async () => {
    alwaysFaulty = takingASecond(100);
    await stream.put(records(1_201));
    expect(requests.length).toBeGreaterThan(3 * 5);
    expect(new Set(await texts()).size).toBe(1_201);
  });

  it('is unavailable, in time to answer, where it would take too long', async () => {
    alwaysFaulty = takingASecond(20);
    const begin = now;
    await expect(stream.put(records(1_201))).rejects.toThrow(Unavailable);
    expect((now - begin) / 1_000).toBeCloseTo(20, 0);
    expect((await texts()).length).toBeGreaterThan(0);
  });

  it.each<[string, Fault]>([
    ['a 500', { kind: 'refused', answer: { status: 500, body: '{"__type":"InternalFailure"}' } }],
    [
      'throttling of the whole request',
      {
        kind: 'refused',
        answer: { status: 400, body: '{"__type":"ProvisionedThroughputExceededException"}' },
      },
    ],
  ])('passes over %s, and is unavailable if it never ends', async (_, fault) => {
    faults = [() => fault];
    await stream.put(records(3));
    expect(await texts()).toHaveLength(3);
    alwaysFaulty = () => fault;
    await expect(stream.put(records(3))).rejects.toThrow(Unavailable);
  });

  it('may put records twice whose answer was lost, and loses none', async () => {
    faults = [() => ({ kind: 'answer-lost' })];
    await stream.put(records(3));
    expect(new Set(await texts()).size).toBe(3);
  });

  it('keeps to the limits of a request', async () => {
    await stream.put(records(1_201));
    expect(requests).toEqual([500, 500, 201]);
    requests = [];
    await stream.put(records(9, 1_000_000));
    expect(requests).toEqual([4, 4, 1]);
    expect(await texts()).toHaveLength(1_210);
  });

  it('is unavailable where there is no such stream', async () => {
    const client = kinesisClient('http://127.0.0.1:9');
    const nowhere = createKinesisEventStream({
      client,
      streamName: 'insights',
      backoff: createBackoff({ maxAttempts: 1, firstMilliseconds: 0, random: () => 0 }),
      clock,
      consumedThrough: () => Promise.reject(new Error('no metrics')),
    });
    await expect(nowhere.put(records(1))).rejects.toThrow(Unavailable);
    await expect(nowhere.consumedThrough()).rejects.toThrow(Unavailable);
    client.destroy();
  });
});
