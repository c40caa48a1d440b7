import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timers } from '../timers.ts';
import {
  answerSchema,
  newRequestId,
  readIfThere,
  removeRequest,
  requestFile,
  requestsDirectoryName,
  writeWhole,
  type OperatorRequest,
} from './request-files.ts';
import { errorCode } from '../../lib/error-code.ts';

/** Nobody takes requests in the data directory, or whoever did is gone; it is not known whether this one was carried out. */
export class OwnerGone extends Error {
  override readonly name = 'OwnerGone';

  constructor() {
    super('The process that has the data directory does not answer.');
  }
}

/** The owner could not do it. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
}

const lookEveryMilliseconds = 50;
/** Far longer than a pipeline takes to see a request, also while it is busy. */
const unseenMilliseconds = 15_000;

/**
 * Asks the process that owns a data directory, and waits for its answer for as long as it works on it.
 * @returns what the function has returned, as JSON has it
 * @throws OwnerGone      nobody takes requests there
 * @throws RequestFailed  the function failed
 */
export async function askOwner(
  dataDirectory: string,
  request: OperatorRequest,
  timers: Timers,
  stopping: AbortSignal,
): Promise<unknown> {
  const directory = join(dataDirectory, requestsDirectoryName);
  const id = newRequestId();
  await post(directory, id, request);
  try {
    const postedAt = timers.elapsed();
    for (;;) {
      const text = await readIfThere(requestFile(directory, id, 'answered'));
      if (text !== undefined) {
        const answer = answerSchema.parse(JSON.parse(text));
        if (answer.error !== undefined) throw new RequestFailed(answer.error);
        return 'result' in answer ? answer.result : undefined;
      }
      const isRunning = await isThere(requestFile(directory, id, 'running'));
      const isLost = !isRunning && !(await isThere(requestFile(directory, id, 'waiting')));
      const isUnseen = !isRunning && timers.elapsed() - postedAt > unseenMilliseconds;
      // Between its states a file is looked for under two names, one after the other; so it may be answered by now.
      const isAnswered = await isThere(requestFile(directory, id, 'answered'));
      if ((isLost || isUnseen) && !isAnswered && !(await isThere(requestFile(directory, id, 'running')))) {
        throw new OwnerGone();
      }
      await timers.sleep(lookEveryMilliseconds, stopping);
    }
  } finally {
    await removeRequest(directory, id);
  }
}

async function post(directory: string, id: string, request: OperatorRequest): Promise<void> {
  try {
    await writeWhole(requestFile(directory, id, 'waiting'), request);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new OwnerGone();
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
