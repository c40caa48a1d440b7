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
 * The version of what all tables have in common, and of the log's tables. Tables that are added, as the queues' were, do
 * not raise it: a program that doesn't know them leaves them alone and misreads nothing, and what is in them says its
 * own version.
 */
const formatVersion = 2;
/** In version 1 a stream's records had no gaps: those of all consumers were done in their order. */
const readableVersions = new Set<unknown>([1, formatVersion]);

/** The log has three tables and one a stream, the queues two each: for 64 streams and 64 queues. */
const maxTables = 3 + 64 + 2 * 64;

/** Address space and not memory or disk: as far as the database may grow before lmdb has to map it anew. */
const initialMapBytes = 256 * 1024 * 1024;

/** Database of streams and queues: tables of one lmdb environment whose changes all share their flushes. */
export interface DurableDatabase {
  /** Tables are opened from it and read; what is written to them goes through `commits`. */
  readonly environment: RootDatabase;
  readonly commits: GroupCommit;
  /** Finishes the changes that were submitted and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens the database in `directory`, or makes it; only one process may do so at a time. Pages of what was deleted are
 * used again, so that the file is as large as its contents once were, with some MiB in reserve, and never shrinks.
 * @param mayBeEmpty  false where something was written to it before; an empty file was then cut off
 * @param onBroken    told when lmdb has given the database up; without it, all changes are refused from then on
 * @throws Unavailable       the disk has no room for it
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

/** Reserves room before anything is written: lmdb makes tables at once, in the reserve of that moment. */
async function reserveFirstRoom(directory: string, reserved: ReservedRoom): Promise<void> {
  try {
    await reserved.extend(0);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new Unavailable(`The log ${directory} has no room on its disk: ${reason}`, { cause });
  }
}

const statsSchema = z.object({ lastPageNumber: z.int(), pageSize: z.int() });

function usedBytes(environment: RootDatabase): number {
  const { lastPageNumber, pageSize } = statsSchema.parse(environment.getStats());
  return (lastPageNumber + 1) * pageSize;
}

/**
 * Opens the database in `directory` for those who only look, also while another process writes to it. To be closed soon:
 * what is deleted meanwhile takes up room until then.
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
