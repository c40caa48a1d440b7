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

/**
 * Nobody serves requests in the data directory, or the owner has gone. The request may or may not have been carried
 * out.
 */
export class OwnerGone extends Error {
  override readonly name = 'OwnerGone';

  constructor() {
    super('The process that owns the data directory does not answer.');
  }
}

/** The owner could not carry out the request. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
}

const lookEveryMilliseconds = 50;
/** Far longer than even a busy pipeline needs to see a request. */
const unseenMilliseconds = 15_000;

/**
 * Sends a request to the process that owns a data directory, and waits for the answer as long as the owner works on
 * it.
 * @returns the function's result, as JSON has it
 * @throws OwnerGone      nobody serves requests there
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
      // Between two states a file is looked up under two names, one after the other, so it may be answered by now.
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
