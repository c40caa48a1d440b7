import { describe, expect, it } from 'vitest';
import { QuotaExceeded, Unavailable } from '../../../lib/errors.ts';
import type { BatchNeed } from '../../../lib/ports/disk-room.ts';
import { createDiskRoom, type DiskRoomOptions } from '../../../local-store/disk-room.ts';
import type { Disk } from '../../../local-store/disk-room/ask-disk.ts';

const nothing: BatchNeed = { bytes: 0, minutes: 0 };
const gigabyte = 1_024 ** 3;
const roomy: Disk = { freeBytes: 50 * gigabyte, sizeBytes: 100 * gigabyte, logBytes: 1_000_000 };

function room(given: Partial<DiskRoomOptions> & { disk?: Partial<Disk> } = {}) {
  let now = 0;
  let asked = 0;
  const { disk, ...options } = given;
  const diskRoom = createDiskRoom({
    askDisk: async () => {
      asked += 1;
      return { ...roomy, ...disk };
    },
    quotaBytes: undefined,
    objects: undefined,
    backlogRecords: async () => 0,
    clock: { now: () => new Date(now) },
    ...options,
  });
  return { diskRoom, pass: (milliseconds: number) => void (now += milliseconds), asked: () => asked };
}

const refusalOf = async (...given: Parameters<typeof room>) =>
  (await room(...given).diskRoom.refusal(nothing))?.message;

describe('the room for new batches', () => {
  it('is there without a quota, as long as the disk is not nearly full', async () => {
    expect(await refusalOf()).toBeUndefined();
    expect(await refusalOf({ disk: { freeBytes: 65 * 1_024 * 1_024 } })).toBeUndefined();
    expect(await refusalOf({ disk: { freeBytes: 63 * 1_024 * 1_024 } })).toContain('nearly full');
    // A small disk keeps a share; a file system that does not report its size keeps none.
    const small = { sizeBytes: 24_000_000 };
    expect(await refusalOf({ disk: { ...small, freeBytes: 1_300_000 } })).toBeUndefined();
    expect(await refusalOf({ disk: { ...small, freeBytes: 1_100_000 } })).toContain('nearly full');
    expect(await refusalOf({ disk: { sizeBytes: 0, freeBytes: 0 } })).toBeUndefined();
  });

  it('ends before the quota by a share of it, and includes the log', async () => {
    const quotaBytes = 100_000_000;
    expect(await refusalOf({ quotaBytes, objects: { bytes: 94_000_000 } })).toBeUndefined();
    expect(await refusalOf({ quotaBytes, objects: { bytes: 94_000_001 } })).toContain('quota is used up');
  });

  it('ends sooner the more records wait to be counted, each of which may need windows of its own', async () => {
    const quota = { quotaBytes: 1_000_000_000, objects: { bytes: 700_000_000 } };
    expect(await refusalOf({ ...quota, backlogRecords: async () => 15_000 })).toBeUndefined();
    expect(await refusalOf({ ...quota, backlogRecords: async () => 16_000 })).toContain('quota is used up');
  });

  it('is compared with what the batch itself may take, in bytes and in minutes', async () => {
    const { diskRoom } = room({ quotaBytes: 1_000_000_000, objects: { bytes: 900_000_000 } });
    expect(await diskRoom.refusal({ bytes: 40_000_000, minutes: 60 })).toBeUndefined();
    expect(await diskRoom.refusal({ bytes: 60_000_000, minutes: 1 })).toBeInstanceOf(QuotaExceeded);
    expect(await diskRoom.refusal({ bytes: 100_000, minutes: 10_080 })).toBeInstanceOf(QuotaExceeded);
    const { diskRoom: ofDisk } = room({ disk: { freeBytes: 100 * 1_024 * 1_024 } });
    expect(await ofDisk.refusal({ bytes: 100_000, minutes: 10_080 })).toBeInstanceOf(QuotaExceeded);
  });

  it('is not refused by the quota until the objects were measured', async () => {
    expect(await refusalOf({ quotaBytes: 1, objects: { bytes: undefined } })).toBeUndefined();
  });

  it('is asked for four times a second at most, also beside each other, and again after a failure', async () => {
    const { diskRoom, pass, asked } = room();
    await Promise.all([diskRoom.refusal(nothing), diskRoom.refusal(nothing), diskRoom.use()]);
    expect(asked()).toBe(1);
    pass(250);
    await diskRoom.refusal(nothing);
    expect(asked()).toBe(2);

    let isGone = true;
    const failing = room({
      askDisk: async () => {
        if (isGone) throw new Unavailable('gone');
        return roomy;
      },
    });
    await expect(failing.diskRoom.refusal(nothing)).rejects.toThrow(Unavailable);
    isGone = false;
    expect(await failing.diskRoom.refusal(nothing)).toBeUndefined();
  });
});
