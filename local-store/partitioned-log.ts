import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { open, type Database } from 'lmdb';
import { UnreadableFormat } from '../lib/errors.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { Consumer, LocalStream } from './local-stream.ts';
import { GroupCommit } from './partitioned-log/group-commit.ts';
import { LoggedStream } from './partitioned-log/logged-stream.ts';
import { transactOn } from './partitioned-log/transaction.ts';

const formatVersion = 1;
const maxStreams = 64;

/** Address space and not memory or disk: as far as the log may grow before lmdb has to map it anew. */
const initialMapBytes = 256 * 1024 * 1024;

export interface StreamSettings {
  /** As many partitions as a Kinesis stream has shards; it may differ from the last run's. */
  readonly partitionCount: number;
  /**
   * Everybody who reads the stream in this run, also those who begin later: what all of these have passed is deleted,
   * and whoever is not among them is not waited for. With no consumers, nothing is.
   */
  readonly consumers: readonly Consumer[];
}

/** Kinesis on this machine: any number of streams in one directory, all of whose writes share their flushes. */
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
 * Opens the log in `directory`, which only one process may do at a time. Pages of deleted records are used again, so
 * that the file is as large as the log once was, and never shrinks.
 * @throws UnreadableFormat  a newer version of this program wrote it
 */
export async function openPartitionedLog(
  directory: string,
  { clock }: { readonly clock: Clock },
): Promise<PartitionedLog> {
  const firstMade = await mkdir(directory, { recursive: true });
  const environment = open({
    path: resolve(directory),
    noSubdir: false,
    maxDbs: maxStreams + 2,
    mapSize: initialMapBytes,
    overlappingSync: false,
    eventTurnBatching: false,
    encoding: 'binary',
  });
  const format = environment.openDB<unknown, string>('format', { encoding: 'json' });
  await requireFormat(format);
  const checkpoints = environment.openDB<unknown, [string, string, number]>('checkpoints', {
    encoding: 'json',
  });
  await flushDirectories(resolve(directory), firstMade);
  const commits = new GroupCommit(transactOn(environment));
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
      const stream = new LoggedStream(name, partitionCount, { records, checkpoints, commits, clock });
      await stream.declare(consumers);
      return stream;
    },

    async close() {
      await commits.close();
      await environment.close();
    },
  };
}

async function requireFormat(format: Database<unknown, string>): Promise<void> {
  const found = format.get('version');
  if (found === undefined) await format.put('version', formatVersion);
  else if (found !== formatVersion) {
    throw new UnreadableFormat(
      `The log has format version ${JSON.stringify(found)}; this program reads version ${formatVersion}. ` +
        'A newer version of the program wrote it: use that one.',
    );
  }
}

/** A new file survives the machine losing power only when the directories that lead to it have been flushed too. */
async function flushDirectories(directory: string, firstMade: string | undefined): Promise<void> {
  if (process.platform === 'win32') return; // where directories can't be flushed
  const last = firstMade === undefined ? directory : dirname(resolve(firstMade));
  for (let current = directory; ; current = dirname(current)) {
    const handle = await openFile(current, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (current === last || current === dirname(current)) return;
  }
}
