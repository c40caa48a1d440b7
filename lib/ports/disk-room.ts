import type { QuotaExceeded } from '../errors.ts';

/** Use of the disk, in bytes. */
export interface DiskUse {
  /** Bytes that the data directory uses; `undefined` if it is not measured, or not yet. */
  readonly usedBytes: number | undefined;
  /** Bytes that the data directory may use; `undefined` without a quota. */
  readonly quotaBytes: number | undefined;
  /** Free bytes on the file system of the data directory. */
  readonly freeBytes: number;
}

/** Upper estimate of the disk space that a batch needs until it is counted. */
export interface BatchNeed {
  /** Bytes of the stored batch, and of the growth of its windows. */
  readonly bytes: number;
  /** Number of minutes with entries of the batch: each may need a new window. */
  readonly minutes: number;
}

/** The space for new batches on a disk of this machine. A part of it is reserved to count accepted batches. */
export interface DiskRoom {
  /**
   * Returns the reason to refuse a new batch now, or `undefined` if there is space.
   * @throws Unavailable  the disk cannot be queried
   */
  refusal(need: BatchNeed): Promise<QuotaExceeded | undefined>;
  /**
   * Returns the use of the disk.
   * @throws Unavailable  the disk cannot be queried
   */
  use(): Promise<DiskUse>;
}
