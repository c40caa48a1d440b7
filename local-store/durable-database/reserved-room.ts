import { writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** The file is a multiple of this. */
const stepBytes = 1024 * 1024;

/** Further bytes of a commit: the pages above its places, up to the roots of their tables. */
const pathBytes = 32 * 4096;

/**
 * Always left for the list of the pages that a commit frees, which has 8 bytes for each: for 512 MiB of pages, and for all
 * that there are. What a consumer that is gone has left behind is freed many MiB at a time.
 */
function slackFor(usedBytes: number): number {
  return 1024 * 1024 + usedBytes / 512;
}

/** A page that is written to, and one more where it has to be divided. */
const placeBytes = 2 * 4096;

/**
 * Zeros are written by the page, as lmdb writes: Linux keeps what was written at once as one piece in its memory, and
 * where these are large (ext4 from 6.16 on) charges the process for a whole piece each time that one page of it is
 * written. With a MiB at a time, 10,000 small commits were charged 5.5 GB.
 */
const zeros = Buffer.alloc(4096);

/**
 * Returns by how many bytes the database grows at most for a change that writes `bytes` to so many places in its
 * tables: a value fills at least half of its pages.
 */
export function roomFor({ places, bytes }: { readonly places: number; readonly bytes: number }): number {
  return places * placeBytes + 2 * bytes;
}

/** Returns how far into its file a database reaches, in bytes. */
export type UsedBytes = () => number;

/**
 * Makes sure that the file of the database has room for a commit before lmdb makes it, by writing zeros behind what lmdb
 * uses. lmdb must not find the disk full: its account of the write that failed does not fit into the memory that it
 * takes for it (3.0.3 to 3.5.6, `mdb_page_flush`), which ends the process now and then. It also has no hole left in the
 * file whose page a full disk could not give later. Where there is no such room, the change is refused before it begins.
 */
export class ReservedRoom {
  readonly #file: FileHandle;
  readonly #usedBytes: UsedBytes;
  /** Through here the file has its place on the disk. */
  #reserved: number;
  /** Part of it, without the slack, that no commit has asked for since lmdb last reported its use. */
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

  /**
   * Takes the room that a commit needs, if it may begin, and returns whether it may. Commits are made one at a time.
   */
  take(room: number): boolean {
    const needed = pathBytes + room;
    // Asking lmdb takes 40 µs, so it is asked once what was taken since could be all that there is.
    if (this.#free < needed) {
      const used = this.#usedBytes();
      this.#free = this.#reserved - used - slackFor(used);
    }
    if (this.#free < needed) return false;
    this.#free -= needed;
    return true;
  }

  /**
   * Makes room for `take`. Call it when no commit is under way.
   * @throws Error  of the system, when the disk is full; gives back what it got, as others may need less
   */
  async extend(room: number): Promise<void> {
    const used = this.#usedBytes();
    // A commit that took more than it asked for has pages behind what was reserved, which must not be overwritten.
    const from = Math.max(this.#reserved, used);
    const end = Math.ceil((used + slackFor(used) + pathBytes + room) / stepBytes) * stepBytes;
    try {
      for (let at = from; at < end;) {
        const length = Math.min(zeros.length, end - at);
        at += writeSync(this.#file.fd, zeros, 0, length, at); // 0.3 ms a MiB, where each way to a thread takes 0.03 ms
      }
      // Some file systems find out then that there is no room.
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
