import type { Clock } from '../lib/ports/clock.ts';
import { openDurableDatabase, type DurableDatabase } from './durable-database.ts';
import type { Consumer, LocalStream } from './local-stream.ts';
import { LoggedStream } from './partitioned-log/logged-stream.ts';

export interface StreamSettings {
  /** As many partitions as a Kinesis stream has shards; it may differ from the last run's. */
  readonly partitionCount: number;
  /**
   * Everybody who reads the stream in this run, also those who begin later: what all of these have passed is deleted,
   * and whoever is not among them is not waited for. With no consumers, nothing is.
   */
  readonly consumers: readonly Consumer[];
}

/** Kinesis on this machine: any number of streams in one database, all of whose writes share their flushes. */
export interface PartitionedLog {
  /**
   * Opens a stream, or makes it; once a run each.
   *
   * With another number of partitions than before, what was put earlier stays where it was and is still read; only
   * the order of one key's records from before and after the change is then not given.
   * @throws Unavailable       a new consumer could not be written
   * @throws UnreadableFormat  the checkpoints are damaged
   */
  stream(name: string, settings: StreamSettings): Promise<LocalStream>;

  /** Finishes the writes that were submitted and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens a log with a database of its own in `directory`, which only one process may do at a time.
 * @throws UnreadableFormat  a newer version of this program wrote it
 */
export async function openPartitionedLog(
  directory: string,
  options: { readonly clock: Clock },
): Promise<PartitionedLog> {
  const database = await openDurableDatabase(directory);
  return { ...partitionedLogIn(database, options), close: () => database.close() };
}

/** The log in a database that others share and that its opener closes. To be called once a database. */
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
      // Two would give the same sequence numbers twice.
      if (opened.has(name)) throw new Error(`Stream "${name}" is already open.`);
      opened.add(name);
      const records = environment.openDB<Buffer, [number, number]>(`records/${name}`, { encoding: 'binary' });
      const stream = new LoggedStream(name, partitionCount, { records, checkpoints, marks, commits, clock });
      await stream.open(consumers);
      return stream;
    },
  };
}
