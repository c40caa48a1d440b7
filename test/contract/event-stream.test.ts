import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackoff } from '../../lib/adapters/backoff.ts';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { createKinesisEventStream } from '../../lib/adapters/kinesis-event-stream.ts';
import { createStreamConsumption } from '../../lib/adapters/stream-consumption.ts';
import { openPartitionedLog } from '../../local-store/partitioned-log.ts';
import { credentials, kinesisClient } from '../aws/clients.ts';
import { startKinesisServer } from '../aws/kinesis-server.ts';
import { startMetricsServer } from '../aws/metrics-server.ts';
import { createShardReader } from '../aws/shard-reader.ts';
import { everything } from '../local-store/temporary-log.ts';
import { describeEventStream, type ConsumedRecord } from './event-stream.contract.ts';

describeEventStream('in memory', async (clock) => {
  const stream = createInMemoryEventStream({ clock });
  return {
    stream,
    tellsBacklog: true,
    consume: async () =>
      stream.drain().map(({ partitionKey, data }) => ({ partitionKey, data, partition: 'the only one' })),
    close: async () => undefined,
  };
});

describeEventStream('in the partitioned log', async (clock) => {
  const directory = await mkdtemp(join(tmpdir(), 'partitioned-log-'));
  const log = await openPartitionedLog(directory, { clock });
  const consumer = 'contract';
  const stream = await log.stream('insights', {
    partitionCount: 8,
    consumers: [{ name: consumer, startingPosition: 'TRIM_HORIZON' }],
  });
  return {
    stream,
    tellsBacklog: true,
    async consume() {
      const consumed: ConsumedRecord[] = [];
      for (const partition of stream.partitions()) {
        const { records } = stream.take(consumer, partition, everything);
        for (const { partitionKey, data } of records) {
          consumed.push({ partitionKey, data, partition: String(partition) });
        }
        await stream.finish(
          consumer,
          partition,
          records.map(({ sequence }) => sequence),
        );
      }
      return consumed;
    },
    async close() {
      await log.close();
      await rm(directory, { recursive: true });
    },
  };
});

describeEventStream('on Kinesis', async (clock) => {
  /** Simulates CloudWatch: since when the oldest record waits. */
  let waitingSince: Date | undefined;
  const metrics = await startMetricsServer(() => ({
    minute: startOfMinute(clock.now()),
    value: Math.max(0, clock.now().getTime() - (waitingSince ?? clock.now()).getTime()),
  }));
  const cloudWatch = new CloudWatchClient({
    endpoint: metrics.endpoint,
    region: 'us-east-1',
    credentials,
  });
  const server = await startKinesisServer({ insights: { shards: 4 } });
  const client = kinesisClient(server.endpoint);
  const stream = createKinesisEventStream({
    client,
    streamName: 'insights',
    backoff: createBackoff({ maxAttempts: 5, firstMilliseconds: 0, random: () => 0 }),
    clock,
    consumedThrough: createStreamConsumption({
      client: cloudWatch,
      streamName: 'insights',
      functionName: 'aggregate',
      clock,
    }),
  });
  const reader = createShardReader(client, 'insights');
  return {
    stream: {
      ...stream,
      async put(records) {
        const putAt = clock.now();
        await stream.put(records);
        waitingSince ??= putAt;
      },
    },
    tellsBacklog: false,
    async consume() {
      waitingSince = undefined;
      return (await reader.read()).map(
        ({ shardId, record: { PartitionKey = '', Data = new Uint8Array() } }) => ({
          partitionKey: PartitionKey,
          data: Data,
          partition: shardId,
        }),
      );
    },
    async close() {
      client.destroy();
      cloudWatch.destroy();
      await server.close();
      await metrics.close();
    },
  };
});

function startOfMinute(instant: Date): Date {
  return new Date(instant.getTime() - (instant.getTime() % 60_000));
}
