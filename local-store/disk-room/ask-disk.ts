import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '../../lib/errors.ts';

/** Sizes of a disk and of the log on it. */
export interface Disk {
  readonly freeBytes: number;
  /** 0 if the file system does not report it. */
  readonly sizeBytes: number;
  readonly logBytes: number;
}

/**
 * Queries the disk.
 * @throws Unavailable  it cannot be queried, for example because the directory is gone
 */
export async function askDisk(dataDirectory: string): Promise<Disk> {
  try {
    const { bavail, blocks, bsize } = await statfs(dataDirectory);
    const log = join(dataDirectory, 'log');
    const names = await readdir(log);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(log, name))).size));
    const logBytes = sizes.reduce((sum, size) => sum + size, 0);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize, logBytes };
  } catch (cause) {
    throw new Unavailable('The free space of the disk cannot be read.', { cause });
  }
}
