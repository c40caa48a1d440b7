import { writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** The length of the file is a multiple of this. */
const stepBytes = 1024 * 1024;

/** Further bytes of a commit: the pages above those that it changes, up to the roots of their tables. */
const pathBytes = 32 * 4096;

/**
 * Space always left for the list of the pages that a commit frees, at 8 bytes per page: enough for 512 MiB of pages,
 * more than any commit frees. (Records that a former consumer left behind are freed many MiB at a time.)
 */
function slackFor(usedBytes: number): number {
  return 1024 * 1024 + usedBytes / 512;
}

/** A page that is written to, and one more in case it must be split. */
const placeBytes = 2 * 4096;

/**
 * Zeros are written page by page, as lmdb writes. Linux caches one write as one piece; if pieces can be large (ext4
 * from 6.16 on), it charges the process for the whole piece whenever one page of it is written. With a MiB per write,
 * it charged 5.5 GB for 10,000 small commits.
 */
const zeros = Buffer.alloc(4096);

/**
 * Returns the maximum growth of the database, in bytes, for a change that writes `bytes` to this many places in its
 * tables. Values fill at least half of their pages.
 */
export function roomFor({ places, bytes }: { readonly places: number; readonly bytes: number }): number {
  return places * placeBytes + 2 * bytes;
}

/** Returns how many bytes of its file a database uses. */
export type UsedBytes = () => number;

/**
 * Makes sure that the database's file has space for a commit before lmdb makes it, by writing zeros behind the part
 * that lmdb uses. If there is no space, the change is refused before it begins. lmdb must not find the disk full: its
 * message about the failed write overruns the buffer for it (3.0.3 to 3.5.6, `mdb_page_flush`), which sometimes ends
 * the process. The zeros also leave no hole in the file that a full disk could not fill later.
 */
export class ReservedRoom {
  readonly #file: FileHandle;
  readonly #usedBytes: UsedBytes;
  /** Offset up to which the file has its space on the disk. */
  #reserved: number;
  /** Part of that space, without the slack, that no commit has taken since lmdb last reported its use. */
  #free = 0;

  private constructor(file: FileHandle, reserved: number, usedBytes: UsedBytes) {
    this.#file = file;
    this.#reserved = reserved;
    this.#usedBytes = usedBytes;
  }

  static async open(path: string, usedBytes: UsedBytes): Promise<ReservedRoom> {
    const file = await open(path, 'r+');
    const { size } = await file.stat();
    return new ReservedRoom(file, size, usedBytes);
  }

  /** Takes the space that a commit needs, and returns whether the commit may begin. Commits are made one at a time. */
  take(room: number): boolean {
    const needed = pathBytes + room;
    // Asking lmdb takes 40 µs, so it is only asked when the reserve may be used up.
    if (this.#free < needed) {
      const used = this.#usedBytes();
      this.#free = this.#reserved - used - slackFor(used);
    }
    if (this.#free < needed) return false;
    this.#free -= needed;
    return true;
  }

  /**
   * Reserves space for `take`. Call it when no commit is under way.
   * @throws Error  of the system, when the disk is full; gives back what it got, because others may need less
   */
  async extend(room: number): Promise<void> {
    const used = this.#usedBytes();
    // A commit that took more than it asked for has pages behind the reserved part, which must not be overwritten.
    const from = Math.max(this.#reserved, used);
    const end = Math.ceil((used + slackFor(used) + pathBytes + room) / stepBytes) * stepBytes;
    try {
      for (let at = from; at < end;) {
        const length = Math.min(zeros.length, end - at);
        at += writeSync(this.#file.fd, zeros, 0, length, at); // 0.3 ms per MiB; each trip to a thread would take 0.03 ms
      }
      // Some file systems only find out now that there is no space.
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(from);
      throw error;
    }
    this.#reserved = Math.max(from, end);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
