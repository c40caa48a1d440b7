import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { print, type Io } from '../../commands/io.ts';
import { clusterProtections } from './cluster/protections.mjs';
import type { SimulatedForm } from './options.ts';
import { splitProtections } from './split/protections.mjs';
import { protections } from './protections.mjs';

const command = fileURLToPath(new URL('run.mjs', import.meta.url));
const maxSeconds = 60;

const protectionsOf = { usual: protections, cluster: clusterProtections, split: splitProtections };

export interface SearchOptions {
  /** The seed to begin with; by default 1. */
  readonly first?: number;
  readonly seeds: number;
  /** Ends the run after this time. */
  readonly maxSeconds: number;
}

export interface TableOptions extends SimulatedForm {
  readonly seeds: number;
}

/**
 * Removes each protection, in a process of its own, and prints the law that breaks. Returns 1 if the lack of one is
 * not found.
 */
export async function printTable({ seeds, form }: TableOptions, io: Pick<Io, 'stdout'>): Promise<number> {
  let exitCode = 0;
  for (const name of Object.keys(protectionsOf[form])) {
    const found = await firstBrokenLaw(name, { seeds, maxSeconds });
    print(io, `${name}: ${found ?? `nothing broke in ${seeds} seeds or ${maxSeconds} s`}`);
    if (found === undefined) exitCode = 1;
  }
  return exitCode;
}

/**
 * Returns the first line about a broken law that a run without the protection prints, or `undefined`. It ends the run
 * there, because shrinking the history may take minutes.
 */
export async function firstBrokenLaw(
  protection: string,
  { first = 1, seeds, maxSeconds }: SearchOptions,
): Promise<string | undefined> {
  const form = Object.hasOwn(clusterProtections, protection)
    ? ['--cluster']
    : Object.hasOwn(splitProtections, protection)
      ? ['--split']
      : [];
  const range = ['--first', String(first), '--seeds', String(seeds)];
  const child = spawn(process.execPath, [command, ...form, ...range, '--without', protection], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: maxSeconds * 1_000,
  });
  let output = '';
  let found: string | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    found = /^Seed .*(?=\n)/m.exec(output)?.[0].slice(0, 200);
    if (found !== undefined) child.kill();
  });
  await new Promise((resolve) => child.once('close', resolve));
  return found;
}
