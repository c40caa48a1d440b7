import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { open, type Database, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';
import * as z from 'zod';
import { Unavailable, UnreadableFormat } from '../lib/errors.ts';
import { GroupCommit } from './durable-database/group-commit.ts';
import { requireWholeDataFile } from './durable-database/require-whole-data-file.ts';
import { ReservedRoom } from './durable-database/reserved-room.ts';
import { transactOn, type OnBroken } from './durable-database/transaction.ts';
import { flushDirectory, makeDurableDirectory } from './durable-files.ts';
import { privateFileMode } from './private-modes.ts';
import { messageOf } from '../lib/message-of.ts';

export type { OnBroken };

/**
 * Format version of the log's tables and of everything that all tables have in common. New tables, such as those of
 * the queues, do not raise it: a program that does not know them leaves them alone, and their contents carry a
 * version of their own.
 */
const formatVersion = 2;
/** In version 1 the records of a stream had no gaps, because all consumers finished them in order. */
const readableVersions = new Set<unknown>([1, formatVersion]);

/** Enough for 64 streams and 64 queues: the log has three tables and one per stream, each queue has two. */
const maxTables = 3 + 64 + 2 * 64;

/** Address space, not memory or disk: the size up to which the database can grow before lmdb must map it again. */
const initialMapBytes = 256 * 1024 * 1024;

/** Database of the streams and queues: tables of one lmdb environment, whose changes share flushes. */
export interface DurableDatabase {
  /** Opens and reads tables. Writes go through `commits`. */
  readonly environment: RootDatabase;
  readonly commits: GroupCommit;
  /** Finishes the submitted changes and accepts no more. */
  close(): Promise<void>;
}

/**
 * Opens the database in `directory`, or creates it; only one process may do so at a time. The file never shrinks, but
 * lmdb reuses the pages of deleted data. So the file is as large as its contents ever were, plus some MiB of reserve.
 * @param mayBeEmpty  false if something was written to it before; an empty file is then a damaged one
 * @param onBroken    called when lmdb refuses to use the database any more; all changes are refused from then on
 * @throws Unavailable       the disk has no space for it
 * @throws UnreadableFormat  its file is damaged, or a newer version of this program wrote it
 */
export async function openDurableDatabase(
  directory: string,
  {
    mayBeEmpty = true,
    onBroken,
  }: { readonly mayBeEmpty?: boolean; readonly onBroken?: OnBroken | undefined } = {},
): Promise<DurableDatabase> {
  await makeDurableDirectory(resolve(directory));
  await requireWholeDataFile(join(directory, 'data.mdb'), mayBeEmpty);
  const environment = open(optionsFor(directory));
  const reserved = await ReservedRoom.open(join(directory, 'data.mdb'), () => usedBytes(environment));
  const commits = new GroupCommit(transactOn(environment, reserved, onBroken));
  const close = async () => {
    await commits.close();
    await reserved.close();
    await environment.close();
  };
  try {
    await reserveFirstRoom(directory, reserved);
    const format = formatOf(environment);
    if (format.get('version') !== undefined) requireFormat(format);
    if (format.get('version') !== formatVersion) await format.put('version', formatVersion);
    await flushDirectory(directory); // the names of its files
    return { environment, commits, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reserves space before anything is written, because lmdb creates tables at once, within the space reserved so far. */
async function reserveFirstRoom(directory: string, reserved: ReservedRoom): Promise<void> {
  try {
    await reserved.extend(0);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new Unavailable(`The log ${directory} has no space on its disk: ${reason}`, { cause });
  }
}

const statsSchema = z.object({ lastPageNumber: z.int(), pageSize: z.int() });

function usedBytes(environment: RootDatabase): number {
  const { lastPageNumber, pageSize } = statsSchema.parse(environment.getStats());
  return (lastPageNumber + 1) * pageSize;
}

/**
 * Opens the database in `directory` for reading, also while another process writes to it. Close it soon: until then,
 * data that is deleted still takes up space.
 * @throws Error             there is none
 * @throws UnreadableFormat  its file is damaged, or a newer version of this program wrote it
 */
export async function readDurableDatabase(
  directory: string,
): Promise<Pick<DurableDatabase, 'environment' | 'close'>> {
  try {
    await access(join(directory, 'data.mdb'));
  } catch (cause) {
    throw new Error(`There is no database in ${directory}.`, { cause });
  }
  await requireWholeDataFile(join(directory, 'data.mdb'), false);
  const environment = open({ ...optionsFor(directory), readOnly: true });
  requireFormat(formatOf(environment));
  return { environment, close: () => environment.close() };
}

function optionsFor(directory: string): RootDatabaseOptionsWithPath & { readonly permissionsMode: number } {
  return {
    path: resolve(directory),
    noSubdir: false,
    maxDbs: maxTables,
    mapSize: initialMapBytes,
    overlappingSync: false,
    eventTurnBatching: false,
    encoding: 'binary',
    permissionsMode: privateFileMode,
  };
}

function formatOf(environment: RootDatabase): Database<unknown, string> {
  return environment.openDB<unknown, string>('format', { encoding: 'json' });
}

function requireFormat(format: Database<unknown, string>): void {
  const found = format.get('version');
  if (readableVersions.has(found)) return;
  throw new UnreadableFormat(
    `The log has format version ${JSON.stringify(found)}; this program reads version ${formatVersion}. ` +
      'A newer version of the program wrote it: use that one.',
  );
}
