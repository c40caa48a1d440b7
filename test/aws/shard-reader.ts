import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type _Record,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';

/** A record with the shard that it was read from. */
export interface ReadRecord {
  readonly shardId: string;
  readonly record: _Record;
}

/** Reads a stream from its start, each shard in order, also shards that come later. */
export interface ShardReader {
  /** Returns the records put since the last call. */
  read(): Promise<readonly ReadRecord[]>;
}

export function createShardReader(client: KinesisClient, streamName: string): ShardReader {
  const iterators = new Map<string, string | undefined>();

  async function readShard(shardId: string): Promise<ReadRecord[]> {
    const found: ReadRecord[] = [];
    for (let iterator = iterators.get(shardId); iterator !== undefined;) {
      const {
        Records = [],
        NextShardIterator,
        MillisBehindLatest = 0,
      } = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      iterators.set(shardId, NextShardIterator);
      found.push(...Records.map((record) => ({ shardId, record })));
      if (Records.length === 0 && MillisBehindLatest === 0) break;
      iterator = NextShardIterator;
    }
    return found;
  }

  return {
    async read() {
      const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: streamName }));
      const found: ReadRecord[] = [];
      // Shards come in the order in which they were created: the parents of a split before its children.
      for (const { ShardId: shardId = '' } of Shards) {
        if (!iterators.has(shardId)) {
          const { ShardIterator } = await client.send(
            new GetShardIteratorCommand({
              StreamName: streamName,
              ShardId: shardId,
              ShardIteratorType: 'TRIM_HORIZON',
            }),
          );
          iterators.set(shardId, ShardIterator);
        }
        found.push(...(await readShard(shardId)));
      }
      return found;
    },
  };
}
