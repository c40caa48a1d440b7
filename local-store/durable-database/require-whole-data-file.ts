import { open, truncate } from 'node:fs/promises';
import { endianness } from 'node:os';
import { UnreadableFormat } from '../../lib/errors.ts';
import { errorCode } from '../../lib/error-code.ts';

/**
 * Offsets in the two pages at the start of the file, in which lmdb describes it; the one with the higher transaction
 * number counts (`MDB_meta` in its mdb.c, on 64-bit machines).
 */
const magicAt = 24;
const pageSizeAt = 48;
const lastPageAt = 144;
const transactionAt = 152;
const metaBytes = 160;
const magic = 0xbeefc0de;

interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/** Length of the file, and its first two pages, as far as they exist and belong to lmdb. */
interface Found {
  readonly size: number;
  readonly first: Meta | undefined;
  readonly second: Meta | undefined;
}

/**
 * Makes sure that lmdb can open its file. A file that is not lmdb's, or that was cut off, would end the process,
 * either at once or when it reads a page beyond the end. Damage within pages is not found, because they have no
 * checksums. If a power cut left only a part of lmdb's very first write, the file is emptied and created again.
 * @param mayBeEmpty  true if a crash may have followed its creation, before anything was written to it
 * @throws UnreadableFormat  lmdb cannot; the message names the file and says what to do
 */
export async function requireWholeDataFile(path: string, mayBeEmpty: boolean): Promise<void> {
  const found = await readMetas(path);
  if (found === undefined) return;
  if (mayBeEmpty && isCutOffAtFirstWrite(found)) return truncate(path, 0);
  const { size, first, second } = found;
  if (first === undefined || second === undefined) {
    throw damaged(path, 'it does not begin as a database does');
  }
  const { pageSize, lastPage } = second.transaction > first.transaction ? second : first;
  const neededBytes = (lastPage + 1n) * BigInt(pageSize);
  if (BigInt(size) < neededBytes) throw damaged(path, `it has ${size} of ${neededBytes} bytes`);
}

/** Recognises an interrupted creation: lmdb writes its first two pages at once, before any transaction. */
function isCutOffAtFirstWrite({ size, first }: Found): boolean {
  return first === undefined ? size < metaBytes : first.transaction === 0n && size < 2 * first.pageSize;
}

function damaged(path: string, what: string): UnreadableFormat {
  return new UnreadableFormat(
    `The log ${path} is damaged: ${what}. Put a backup of the data directory in its place. If you have none, ` +
      'remove the file and run `npm run audit -- --repair`: it counts from the stored batches what only the log knew.',
  );
}

/** Returns `undefined` if there is no file yet, or if lmdb uses another layout on this machine. */
async function readMetas(path: string): Promise<Found | undefined> {
  if (endianness() !== 'LE' || process.arch === 'arm' || process.arch === 'ia32') return undefined;
  let file;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const readMeta = async (at: number): Promise<Meta | undefined> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(metaBytes), 0, metaBytes, at);
      return bytesRead === metaBytes ? metaIn(buffer) : undefined;
    };
    const first = await readMeta(0);
    const second = first && (await readMeta(first.pageSize));
    return { size, first, second };
  } finally {
    await file.close();
  }
}

function metaIn(page: Buffer): Meta | undefined {
  const pageSize = page.readUInt32LE(pageSizeAt);
  const isMeta = page.readUInt32LE(magicAt) === magic && pageSize >= 256 && pageSize <= 65_536;
  if (!isMeta) return undefined;
  return {
    pageSize,
    lastPage: page.readBigUInt64LE(lastPageAt),
    transaction: page.readBigUInt64LE(transactionAt),
  };
}
