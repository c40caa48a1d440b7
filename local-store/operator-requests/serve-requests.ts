import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../logger.ts';
import type { Timers } from '../timers.ts';
import {
  idOfWaiting,
  moveRequest,
  readIfThere,
  requestFile,
  requestSchema,
  requestsDirectoryName,
  writeWhole,
} from './request-files.ts';
import { messageOf } from '../../lib/message-of.ts';

export interface ServeRequestsOptions {
  readonly dataDirectory: string;
  /** The functions that may be called. */
  readonly functions: readonly string[];
  readonly invoke: (functionKey: string, event: object) => Promise<unknown>;
  readonly timers: Timers;
  readonly logger: Logger;
}

export interface RequestServer {
  /** Starts nothing new, and resolves when running requests have been answered. */
  stop(): Promise<void>;
}

const lookEveryMilliseconds = 250;

/**
 * Carries out commands' requests to the owner of a data directory, one after the other. Removes requests to an
 * earlier owner, because nobody waits for them any more.
 */
export async function serveRequests(options: ServeRequestsOptions): Promise<RequestServer> {
  const directory = join(options.dataDirectory, requestsDirectoryName);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { mode: 0o700 });
  const stopping = new AbortController();
  const serving = serve(directory, options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await serving;
    },
  };
}

async function serve(directory: string, options: ServeRequestsOptions, stopping: AbortSignal): Promise<void> {
  const { timers, logger } = options;
  while (!stopping.aborted) {
    try {
      for (const name of await readdir(directory)) {
        const id = idOfWaiting(name);
        if (id !== undefined && !stopping.aborted) await carryOut(id, directory, options);
      }
    } catch (error) {
      logger.error('Requests of commands could not be read; this is tried again', { error });
    }
    await timers.sleep(lookEveryMilliseconds, stopping).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
    });
  }
}

async function carryOut(id: string, directory: string, options: ServeRequestsOptions): Promise<void> {
  if (!(await moveRequest(directory, id, 'waiting', 'running'))) return; // the request was withdrawn
  const running = requestFile(directory, id, 'running');
  await writeWhole(requestFile(directory, id, 'answered'), await answer(await readIfThere(running), options));
  await rm(running, { force: true });
}

async function answer(
  text: string | undefined,
  { functions, invoke, logger }: ServeRequestsOptions,
): Promise<{ readonly result: unknown } | { readonly error: string }> {
  try {
    const request = requestSchema.parse(JSON.parse(text ?? ''));
    if (!functions.includes(request.function)) return { error: `Commands cannot call ${request.function}.` };
    return { result: await invoke(request.function, request.event) };
  } catch (error) {
    logger.error('A request of a command failed', { error });
    return { error: messageOf(error) };
  }
}
