import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The directory for temporary files of unit tests. */
    readonly temporaryDirectory: string;
  }
}

/** The file system in memory that Linux has for everybody. In a container it may be small. */
const inMemory = '/dev/shm';
const leastFreeBytes = 1_024 ** 3;

/**
 * Gives unit tests a directory in memory for temporary files, if there is one: they wait for a disk thousands of times,
 * and none of them shows what survives a loss of power. Other tests use the disk.
 */
export default function setup({ provide }: TestProject): () => void {
  const directory = mkdtempSync(join(isUsable() ? inMemory : tmpdir(), 'log-analytics-unit-'));
  provide('temporaryDirectory', directory);
  return () => rmSync(directory, { recursive: true, force: true });
}

function isUsable(): boolean {
  try {
    accessSync(inMemory, constants.W_OK);
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize >= leastFreeBytes;
  } catch {
    return false; // another system, or no right to it
  }
}
