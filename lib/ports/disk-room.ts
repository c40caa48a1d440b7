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

/** What a batch takes on the disk, at most and about, until it is counted. */
export interface BatchNeed {
  /** Of the batch as it is stored, and of what its windows grow by. */
  readonly bytes: number;
  /** How many minutes it has entries of: each may need a window of its own. */
  readonly minutes: number;
}

/** The room for new batches on a disk of this machine. A part of it is kept to count what was accepted. */
export interface DiskRoom {
  /**
   * Why a new batch cannot be taken now, or `undefined` where it can.
   * @throws Unavailable  the disk cannot be asked
   */
  refusal(need: BatchNeed): Promise<QuotaExceeded | undefined>;
  /** @throws Unavailable  the disk cannot be asked */
  use(): Promise<DiskUse>;
}
