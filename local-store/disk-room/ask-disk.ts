import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '../../lib/errors.ts';

/** What a disk says of itself and of the log on it. */
export interface Disk {
  readonly freeBytes: number;
  /** 0 where the file system does not tell. */
  readonly sizeBytes: number;
  readonly logBytes: number;
}

/** @throws Unavailable  it cannot be asked, as where the directory is gone */
export async function askDisk(dataDirectory: string): Promise<Disk> {
  try {
    const { bavail, blocks, bsize } = await statfs(dataDirectory);
    const log = join(dataDirectory, 'log');
    const names = await readdir(log);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(log, name))).size));
    const logBytes = sizes.reduce((sum, size) => sum + size, 0);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize, logBytes };
  } catch (cause) {
    throw new Unavailable('The disk cannot be asked for its room.', { cause });
  }
}
