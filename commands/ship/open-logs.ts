import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { followLog } from './input/follow-log.ts';
import { readLog, readStandardInput, type ReadingControl } from './input/read-log.ts';
import { UnreadableLog, type Log } from './log.ts';
import type { ShipOptions } from './options.ts';

const pollMilliseconds = 250;
const rotatedQuietMilliseconds = 5_000;

/** Opens the logs to ship, one after the other. */
export async function* openLogs(
  { paths, isFollowing }: ShipOptions,
  stdin: Readable,
  control: ReadingControl,
): AsyncGenerator<Log> {
  for (const path of paths) {
    if (control.signal.aborted) return;
    if (path === '-') yield readStandardInput(stdin, control);
    else if (!isFollowing) yield readLog(path, control);
    else yield* followLog(path, { ...control, pollMilliseconds, rotatedQuietMilliseconds });
  }
}

/**
 * Checks that the files can be read, before anything is sent.
 * @returns the number of bytes to read; `undefined` where nobody knows
 * @throws UnreadableLog
 */
export async function requireReadable({ paths, isFollowing }: ShipOptions): Promise<number | undefined> {
  let bytes = 0;
  let isKnown = !isFollowing;
  for (const path of paths) {
    if (path === '-') {
      isKnown = false;
      continue;
    }
    try {
      await access(path, constants.R_OK);
      const file = await stat(path);
      if (file.isDirectory()) throw new Error('it is a directory');
      bytes += file.size;
      isKnown &&= file.isFile();
    } catch (error) {
      throw new UnreadableLog(path, error);
    }
  }
  return isKnown ? bytes : undefined;
}
