import type { SystemCall } from './system-calls.ts';

/** A transaction of the database that survives a power cut. */
export interface DatabaseCommit {
  /** The written bytes, as strace writes them. */
  readonly pages: string;
  readonly began: number;
  readonly ended: number;
}

const pageWrites = new Set(['pwrite64', 'pwritev', 'writev', 'write']);

/**
 * Returns the durable transactions in a trace. lmdb writes the new pages and flushes them; then it writes the page
 * that makes them count, through a second descriptor whose writes are flushed at once (`O_DSYNC`). Transactions
 * without both flushes are left out.
 */
export function databaseCommits(calls: readonly SystemCall[], file: string): readonly DatabaseCommit[] {
  const commits: DatabaseCommit[] = [];
  const synchronous = new Set<string>();
  let pages: SystemCall[] = [];
  let areFlushed = false;
  for (const call of calls) {
    if (call.name === 'openat' && call.text.includes(`"${file}"`)) {
      const descriptor = /(\d+)<[^<]*$/.exec(call.result)?.[1];
      if (descriptor !== undefined && call.text.includes('O_DSYNC')) synchronous.add(descriptor);
    }
    const descriptor = descriptorOf(call, file);
    if (descriptor === undefined) continue;
    if (call.name === 'fdatasync' || call.name === 'fsync') {
      areFlushed = true;
    } else if (pageWrites.has(call.name) && !synchronous.has(descriptor)) {
      pages.push(call);
      areFlushed = false;
    } else if (pageWrites.has(call.name)) {
      const [first] = pages;
      if (areFlushed && first !== undefined) {
        commits.push({
          pages: pages.map(({ text }) => text).join('\n'),
          began: first.began,
          ended: call.ended,
        });
      }
      pages = [];
      areFlushed = false;
    }
  }
  return commits;
}

function descriptorOf({ text }: SystemCall, file: string): string | undefined {
  const [, descriptor, path] = /^(\d+)<([^>]*)>/.exec(text) ?? [];
  return path === file ? descriptor : undefined;
}
