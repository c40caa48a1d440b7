import { CreateStreamCommand, DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import kinesalite from 'kinesalite';
import { kinesisClient } from './clients.ts';
import { listen, type RunningServer } from './running-server.ts';

/** Starts a Kinesis server in this process, in memory, with these streams. */
export async function startKinesisServer(
  streams: Readonly<Record<string, { readonly shards: number }>>,
): Promise<RunningServer> {
  const server = await listen(kinesalite({ createStreamMs: 0, updateStreamMs: 0, shardLimit: 100 }));
  const client = kinesisClient(server.endpoint);
  try {
    for (const [StreamName, { shards }] of Object.entries(streams)) {
      await client.send(new CreateStreamCommand({ StreamName, ShardCount: shards }));
      for (;;) {
        const { StreamDescriptionSummary: stream } = await client.send(
          new DescribeStreamSummaryCommand({ StreamName }),
        );
        if (stream?.StreamStatus === 'ACTIVE') break;
      }
    }
  } finally {
    client.destroy();
  }
  return server;
}
