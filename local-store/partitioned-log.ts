import type { Clock } from '../lib/ports/clock.ts';
import { openDurableDatabase, type DurableDatabase } from './durable-database.ts';
import type { Consumer, LocalStream } from './local-stream.ts';
import { LoggedStream } from './partitioned-log/logged-stream.ts';

export interface StreamSettings {
  /** Number of partitions, like a Kinesis stream's shards; it may differ from the last run's. */
  readonly partitionCount: number;
  /**
   * All consumers of the stream in this run, including those that start later: records that all of them have passed
   * are deleted, and no other consumer is waited for. Without consumers nothing is deleted.
   */
  readonly consumers: readonly Consumer[];
}

/** Kinesis on this machine: any number of streams in one database, whose writes share their flushes. */
export interface PartitionedLog {
  /**
   * Opens a stream, or creates it; once per run.
   *
   * If the number of partitions has changed, earlier records stay where they are and are still read; only the order
   * between one key's records from before and after the change is lost.
   * @throws Unavailable       a new consumer could not be written
   * @throws UnreadableFormat  the checkpoints are damaged
   */
  stream(name: string, settings: StreamSettings): Promise<LocalStream>;

  /** Finishes the submitted writes and accepts no more. */
  close(): Promise<void>;
}

/**
 * Opens a log with its own database in `directory`; only one process may do so at a time.
 * @throws UnreadableFormat  a newer version of this program wrote it
 */
export async function openPartitionedLog(
  directory: string,
  options: { readonly clock: Clock },
): Promise<PartitionedLog> {
  const database = await openDurableDatabase(directory);
  return { ...partitionedLogIn(database, options), close: () => database.close() };
}

/** Creates the log in a database that others share and that its opener closes. Call it once per database. */
export function partitionedLogIn(
  { environment, commits }: DurableDatabase,
  { clock }: { readonly clock: Clock },
): Pick<PartitionedLog, 'stream'> {
  const checkpoints = environment.openDB<unknown, [string, string, number]>('checkpoints', {
    encoding: 'json',
  });
  const marks = environment.openDB<true, [string, number, number, string]>('done', { encoding: 'json' });
  const opened = new Set<string>();
  return {
    async stream(name, { partitionCount, consumers }) {
      if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
        throw new RangeError(`Stream "${name}" cannot have ${partitionCount} partitions.`);
      }
      // Two of them would assign the same sequence numbers twice.
      if (opened.has(name)) throw new Error(`Stream "${name}" is already open.`);
      opened.add(name);
      const records = environment.openDB<Buffer, [number, number]>(`records/${name}`, { encoding: 'binary' });
      const stream = new LoggedStream(name, partitionCount, { records, checkpoints, marks, commits, clock });
      await stream.open(consumers);
      return stream;
    },
  };
}
