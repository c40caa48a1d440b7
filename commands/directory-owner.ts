import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../lib/errors.ts';
import { askOwner, OwnerGone, RequestFailed } from '../local-store/operator-requests.ts';
import { acquireOwnerLock, DirectoryInUse } from '../local-store/owner-lock.ts';
import { realTimers } from '../local-store/timers.ts';
import type { OperatorIo } from './io.ts';
import { openForWriting, type WritableStore } from './open-for-writing.ts';

/** A way to change a data directory: through a running emulator, which owns it, or else as its owner. Close it after use. */
export interface DirectoryOwner {
  /**
   * Does something with the directory if this process owns it by now, or can own it; otherwise asks the running emulator.
   * @param request  calls a function of the emulator; its result is JSON
   * @throws DirectoryInUse  another command has the directory
   * @throws Unavailable     the emulator could not do it
   */
  call<T>(
    own: (store: WritableStore) => Promise<T>,
    request: OwnerRequest,
    parse: (answer: unknown) => T,
  ): Promise<T>;
  /** True if this process owns the directory, so that no pipeline runs. */
  readonly isOwned: () => boolean;
  close(): Promise<void>;
}

export interface OwnerRequest {
  readonly function: string;
  readonly event: Record<string, unknown>;
}

/** Attempts to open a directory whose owner takes no requests. */
const attempts = 3;
const pauseMilliseconds = 1_000;

/**
 * Opens a data directory that exists.
 * @param description  says what this process does, to others that want the directory
 */
export function openDirectoryOwner(directory: string, description: string, io: OperatorIo): DirectoryOwner {
  let owned: WritableStore | undefined;
  let hasTried = false;
  const openIfFree = async (): Promise<WritableStore | undefined> => {
    try {
      // Try the lock alone first: describing the service takes seconds, which are wasted while the emulator runs.
      const lock = await acquireOwnerLock(directory, description);
      await lock.release();
      return await openForWriting(directory, io);
    } catch (error) {
      if (error instanceof DirectoryInUse) return undefined;
      throw error;
    }
  };
  return {
    async call(own, request, parse) {
      if (!hasTried) owned = await openIfFree();
      hasTried = true;
      for (let attempt = 1; ; attempt += 1) {
        if (owned !== undefined) return own(owned);
        try {
          return parse(await ask(directory, request));
        } catch (error) {
          if (!(error instanceof OwnerGone)) throw error;
        }
        // The last attempt throws an error that names the owner.
        owned = attempt < attempts ? await openIfFree() : await openForWriting(directory, io);
        if (owned === undefined) await sleep(pauseMilliseconds);
      }
    },
    isOwned: () => owned !== undefined,
    close: async () => owned?.close(),
  };
}

async function ask(directory: string, request: OwnerRequest): Promise<unknown> {
  try {
    const never = new AbortController().signal;
    return await askOwner(directory, request, realTimers, never);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw new Unavailable('The running pipeline could not do it; its log says more.', { cause: error });
  }
}
