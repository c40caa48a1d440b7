import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCode } from '../../lib/error-code.ts';

/**
 * Requests of a command to the process that owns a data directory, as files in that directory. Only users who can
 * write there can send requests, so no port is needed. A request never outlives the process that it was sent to.
 */
export const requestsDirectoryName = 'requests';

/** Name suffixes of a request's file while it waits, while it is carried out, and when it is answered. */
const suffixes = { waiting: '.request.json', running: '.running.json', answered: '.answer.json' } as const;
export type RequestState = keyof typeof suffixes;

/** A call of a function. */
export const requestSchema = z.object({ function: z.string(), event: z.record(z.string(), z.unknown()) });
export type OperatorRequest = z.output<typeof requestSchema>;

export const answerSchema = z.union([
  z.object({ result: z.unknown(), error: z.undefined().optional() }),
  z.object({ error: z.string() }),
]);

export function newRequestId(): string {
  return randomUUID();
}

export function requestFile(directory: string, id: string, state: RequestState): string {
  return join(directory, `${id}${suffixes[state]}`);
}

/** Returns the id of a request whose file waits; `undefined` for any other file. */
export function idOfWaiting(fileName: string): string | undefined {
  return fileName.endsWith(suffixes.waiting) ? fileName.slice(0, -suffixes.waiting.length) : undefined;
}

/** Writes a file that appears as a whole. */
export async function writeWhole(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, JSON.stringify(value), { mode: 0o600 });
  await rename(temporary, path);
}

/** Reads a file; returns `undefined` if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a request to its next state; returns false if the file is gone. */
export async function moveRequest(
  directory: string,
  id: string,
  from: RequestState,
  to: RequestState,
): Promise<boolean> {
  try {
    await rename(requestFile(directory, id, from), requestFile(directory, id, to));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

export async function removeRequest(directory: string, id: string): Promise<void> {
  for (const state of ['waiting', 'running', 'answered'] as const) {
    await rm(requestFile(directory, id, state), { force: true });
  }
}
