import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../lib/ports/clock.ts';
import type { Consumer, LocalStream, LoggedRecord } from '../../local-store/local-stream.ts';
import { openPartitionedLog, type PartitionedLog } from '../../local-store/partitioned-log.ts';

export const putAt = new Date('2025-12-28T18:03:00.250Z');
export const clock = { now: () => putAt };

/** Creates a directory that is removed after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'partitioned-log-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens the log in `directory`, and closes it after the test if it is still open. */
export async function openLog(directory: string, logClock: Clock = clock): Promise<PartitionedLog> {
  const log = await openPartitionedLog(directory, { clock: logClock });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= log.close());
  onTestFinished(close);
  return { ...log, close };
}

/** Returns all records of a partition after `afterSequence`. */
export function readAll(stream: LocalStream, partition: number, afterSequence = 0): readonly LoggedRecord[] {
  const read: LoggedRecord[] = [];
  for (;;) {
    const last = read.at(-1)?.sequence ?? afterSequence;
    const more = stream.read(partition, last, { maxRecords: 1_000, maxBytes: 16 * 1024 * 1024 });
    if (more.length === 0) return read;
    read.push(...more);
  }
}

export function texts(records: readonly LoggedRecord[]): readonly string[] {
  return records.map(({ data }) => data.toString());
}

/** Limits above everything that a test puts. */
export const everything = { maxRecords: 100_000, maxBytes: 1024 ** 3, maxWindows: 100_000 };

/** Finishes a consumer's records through a sequence number. */
export async function finishThrough(
  stream: LocalStream,
  consumer: string,
  partition: number,
  sequence: number,
): Promise<void> {
  const taken = stream.take(consumer, partition, everything).records.map((record) => record.sequence);
  await stream.finish(
    consumer,
    partition,
    taken.filter((number) => number <= sequence),
  );
  stream.release(consumer, partition, taken);
}

export const aggregate: Consumer = { name: 'aggregate', startingPosition: 'TRIM_HORIZON' };

/** Creates a record for each number, with the number as its data. */
export function numbered(from: number, through: number, partitionKey = 'key') {
  return Array.from({ length: through - from + 1 }, (_, index) => ({
    partitionKey,
    data: Buffer.from(String(from + index)),
  }));
}

/** Returns the data of the records that `numbered` creates. */
export function numbers(from: number, through: number) {
  return Array.from({ length: through - from + 1 }, (_, index) => String(from + index));
}

/** Opens a stream of one partition, in which everything that a test puts has one order. */
export async function openSingle(directory: string, consumers: readonly Consumer[] = [aggregate]) {
  const log = await openLog(directory);
  return { log, stream: await log.stream('insights', { partitionCount: 1, consumers }) };
}
