import { open, stat, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../../../lib/error-code.ts';
import { UnreadableLog, type Log, type LogEvent } from '../log.ts';
import type { ReadingControl } from './read-log.ts';

export interface FollowOptions extends ReadingControl {
  /** The time between two looks for more data. */
  readonly pollMilliseconds: number;
  /** The time for which a renamed log is still read after its last line: servers continue to write to it for a moment. */
  readonly rotatedQuietMilliseconds: number;
}

/** An open file, and its identity, which does not depend on its name. */
interface OpenFile {
  readonly handle: FileHandle;
  readonly identity: string;
}

const chunkBytes = 262_144;
/** The bytes at the start of a file that show whether it still has the same text. */
const headBytes = 1_024;

/**
 * Yields the logs that have this path, one after the other, each from its first byte: the next one begins when the file was
 * renamed and created again (also several times), or was emptied in place (`copytruncate`). It polls, because file
 * systems report changes differently.
 */
export async function* followLog(path: string, options: FollowOptions): AsyncGenerator<Log> {
  const files: OpenFile[] = [await openFirst(path)];
  let current: OpenFile | undefined;
  try {
    for (let isEmptied = false; !options.signal.aborted;) {
      if (!isEmptied) current = files.shift();
      const file = current;
      if (file === undefined) return;
      isEmptied = false;
      const events = growing(path, file, files, options, () => (isEmptied = true));
      yield { name: path, events };
      if (!isEmptied) await file.handle.close();
    }
  } finally {
    for (const file of [current, ...files]) await file?.handle.close();
  }
}

/** @param later  the files that had the path later; this adds more */
async function* growing(
  path: string,
  { handle, identity }: OpenFile,
  later: OpenFile[],
  { signal, timing, onRead, pollMilliseconds, rotatedQuietMilliseconds }: FollowOptions,
  emptied: () => void,
): AsyncGenerator<LogEvent> {
  const buffer = Buffer.alloc(chunkBytes);
  let head = Buffer.alloc(0);
  let position = 0;
  let quietSince = timing.now();
  try {
    while (!signal.aborted) {
      const { size } = await handle.stat();
      if (size < position || (size > position && !(await startsWith(handle, head)))) {
        emptied();
        yield { kind: 'end' };
        return;
      }
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, position);
      if (bytesRead > 0) {
        const bytes = Buffer.from(buffer.subarray(0, bytesRead));
        if (position === 0 && bytes[0] === 0x1f && bytes[1] === 0x8b)
          throw new Error('a compressed log does not grow');
        if (head.length < headBytes) head = Buffer.concat([head, bytes]).subarray(0, headBytes);
        position += bytesRead;
        quietSince = timing.now();
        onRead(bytesRead);
        yield { kind: 'bytes', bytes };
        continue;
      }
      const next = await openIfOther(path, (later.at(-1) ?? { identity }).identity);
      if (next !== undefined) {
        later.push(next);
        quietSince = timing.now();
      }
      if (later.length > 0 && timing.now() - quietSince >= rotatedQuietMilliseconds) {
        yield { kind: 'end' };
        return;
      }
      yield { kind: 'quiet' };
      await timing.wait(pollMilliseconds, signal);
    }
  } catch (error) {
    throw new UnreadableLog(path, error);
  }
}

async function startsWith(handle: FileHandle, head: Buffer): Promise<boolean> {
  const start = Buffer.alloc(head.length);
  const { bytesRead } = await handle.read(start, 0, head.length, 0);
  return bytesRead === head.length && start.equals(head);
}

/** Opens the file that has the path now, if it is another one; for a moment there may be none. */
async function openIfOther(path: string, identity: string): Promise<OpenFile | undefined> {
  try {
    const { dev, ino } = await stat(path);
    if (`${dev}:${ino}` === identity) return undefined;
    return await openFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @throws UnreadableLog */
async function openFirst(path: string): Promise<OpenFile> {
  try {
    return await openFile(path);
  } catch (error) {
    throw new UnreadableLog(path, error);
  }
}

async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, 'r');
  const { dev, ino } = await handle.stat();
  return { handle, identity: `${dev}:${ino}` };
}
