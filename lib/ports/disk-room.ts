import type { QuotaExceeded } from '../errors.ts';

/** How much of the disk is used, in bytes. */
export interface DiskUse {
  /** By the data directory; `undefined` where it is not measured, or not yet. */
  readonly usedBytes: number | undefined;
  /** That the data directory may use; `undefined` where there is no quota. */
  readonly quotaBytes: number | undefined;
  /** On the file system that the data directory is on. */
  readonly freeBytes: number;
}

/** The room for new batches on a disk of this machine. A part of it is kept to count what was accepted. */
export interface DiskRoom {
  /** Why no new batch can be taken now, or `undefined` where one can. */
  refusal(): Promise<QuotaExceeded | undefined>;
  /** @throws Unavailable  the disk cannot be asked */
  use(): Promise<DiskUse>;
}
