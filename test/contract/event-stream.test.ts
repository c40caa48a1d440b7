import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { openPartitionedLog } from '../../local-store/partitioned-log.ts';
import { describeEventStream, type ConsumedRecord } from './event-stream.contract.ts';

describeEventStream('in memory', async (clock) => {
  const stream = createInMemoryEventStream({ clock });
  return {
    stream,
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
    async consume() {
      const consumed: ConsumedRecord[] = [];
      for (const partition of stream.partitions()) {
        const limits = { maxRecords: 1_000, maxBytes: 16 * 1024 * 1024 };
        const records = stream.read(partition, stream.position(consumer, partition), limits);
        for (const { partitionKey, data } of records) {
          consumed.push({ partitionKey, data, partition: String(partition) });
        }
        await stream.checkpoint(consumer, partition, records.at(-1)?.sequence ?? 0);
      }
      return consumed;
    },
    async close() {
      await log.close();
      await rm(directory, { recursive: true });
    },
  };
});
