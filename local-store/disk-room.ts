import { QuotaExceeded } from '../lib/errors.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { BatchNeed, DiskRoom, DiskUse } from '../lib/ports/disk-room.ts';
import type { Disk } from './disk-room/ask-disk.ts';
import type { UsedBytes } from './disk-room/used-bytes.ts';

export interface DiskRoomOptions {
  /** @throws Unavailable  the disk cannot be queried now */
  readonly askDisk: () => Promise<Disk>;
  readonly quotaBytes: number | undefined;
  /** Bytes of the objects; `undefined` if there is no quota to compare them with. */
  readonly objects: Pick<UsedBytes, 'bytes'> | undefined;
  /** Returns the number of records that wait to be counted. */
  readonly backlogRecords: () => Promise<number>;
  readonly clock: Clock;
}

/** The disk is queried at most this often. */
const askedMilliseconds = 250;

/**
 * Space for counting one minute of a batch, besides its keys, if it is the only one of its day: the minute and its
 * directory, the hour, and the day, one block each.
 */
const bytesAMinute = 4 * 4_096;
/** Share that new batches never get: for hours and days that wait, the log, and files that are being replaced. */
const reservedShare = 0.05;
const maxReservedBytes = 64 * 1_024 * 1_024;

/**
 * Creates the check for space on the disk, and within its quota, for new batches. Both keep a reserve, so that
 * accepted batches can still be counted when new ones are refused: a share and, for the quota, the space that waiting
 * records may need.
 *
 * The quota refuses nothing until the objects have been measured for the first time, seconds after the start.
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
          'The disk is nearly full, so no new batch is accepted. Repeat the request later, as it is.',
        );
      }
      const { usedBytes } = await use();
      if (quotaBytes === undefined || usedBytes === undefined) return undefined;
      const reserved = quotaBytes * reservedShare + (await options.backlogRecords()) * bytesAMinute;
      if (usedBytes + needed <= quotaBytes - reserved) return undefined;
      return new QuotaExceeded(
        'The disk quota is used up, so no new batch is accepted. Repeat the request later, as it is.',
      );
    },
  };
}
