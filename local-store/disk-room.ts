import { QuotaExceeded } from '../lib/errors.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { BatchNeed, DiskRoom, DiskUse } from '../lib/ports/disk-room.ts';
import type { Disk } from './disk-room/ask-disk.ts';
import type { UsedBytes } from './disk-room/used-bytes.ts';

export interface DiskRoomOptions {
  /** @throws Unavailable  the disk cannot be asked now */
  readonly askDisk: () => Promise<Disk>;
  readonly quotaBytes: number | undefined;
  /** Of the objects; `undefined` where there is no quota to hold it against. */
  readonly objects: Pick<UsedBytes, 'bytes'> | undefined;
  /** How many records wait to be counted. */
  readonly backlogRecords: () => Promise<number>;
  readonly clock: Clock;
}

/** The disk is asked at most so often. */
const askedMilliseconds = 250;

/**
 * What counting a minute of a batch may take at most, besides its keys, where it is the only one of its day: the minute and
 * its directory, the hour, and the day, a block each.
 */
const bytesAMinute = 4 * 4_096;
/** What is never given to new batches: for hours and days that wait, the log, and files that are being replaced. */
const reservedShare = 0.05;
const maxReservedBytes = 64 * 1_024 * 1_024;

/**
 * The room that the disk, and the quota on it, has for new batches. Both have a reserve, so that what was accepted is
 * still counted when no new batch is taken: a share, and for the quota what the waiting records may take.
 *
 * Until the objects were measured for the first time, seconds after the start, the quota refuses nothing.
 */
export function createDiskRoom(options: DiskRoomOptions): DiskRoom {
  const { quotaBytes, objects, clock } = options;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<Disk> | undefined;

  const ask = (): Promise<Disk> => {
    const now = clock.now().getTime();
    if (asking === undefined || now - askedAt >= askedMilliseconds || now < askedAt) {
      askedAt = now;
      asking = options.askDisk();
      asking.catch(() => (asking = undefined));
    }
    return asking;
  };
  const use = async (): Promise<DiskUse> => {
    const { freeBytes, logBytes } = await ask();
    const objectBytes = objects?.bytes;
    const usedBytes = objectBytes === undefined ? undefined : objectBytes + logBytes;
    return { usedBytes, quotaBytes, freeBytes };
  };

  return {
    use,
    async refusal(need: BatchNeed) {
      const { freeBytes, sizeBytes } = await ask();
      const needed = need.bytes + need.minutes * bytesAMinute;
      const reservedOfDisk = Math.min(maxReservedBytes, sizeBytes * reservedShare);
      if (sizeBytes > 0 && freeBytes - needed < reservedOfDisk) {
        return new QuotaExceeded(
          'The disk is nearly full, so no new batch is taken. Repeat it later, as it is.',
        );
      }
      const { usedBytes } = await use();
      if (quotaBytes === undefined || usedBytes === undefined) return undefined;
      const reserved = quotaBytes * reservedShare + (await options.backlogRecords()) * bytesAMinute;
      if (usedBytes + needed <= quotaBytes - reserved) return undefined;
      return new QuotaExceeded(
        'The disk quota is used up, so no new batch is taken. Repeat it later, as it is.',
      );
    },
  };
}
