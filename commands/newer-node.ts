import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const finder = fileURLToPath(new URL('../self-hosted/find-node.sh', import.meta.url));
const program = fileURLToPath(new URL('../bin/log-analytics.mjs', import.meta.url));

/**
 * Returns the path of the Node.js that has to run a command in place of this one. The client of Kafka needs a newer one than
 * the other forms do; `self-hosted/set-up.sh` installs it.
 * @returns `undefined` where this one will do, or where there is no other
 */
export function newerNodeFor({ STORAGE: storage }: NodeJS.ProcessEnv): string | undefined {
  if (storage !== 'kafka' || runsKafkaClient(process.versions.node)) return undefined;
  const { stdout } = spawnSync('bash', [finder], { encoding: 'utf8' });
  const path = stdout?.trim();
  return path?.startsWith('/') ? path : undefined;
}

/** The versions that self-hosted/package.json asks for. */
export function runsKafkaClient(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 6) || (major === 22 && minor >= 22);
}

/** Runs the command line with another Node.js, and returns its exit code. */
export async function runWithNode(path: string, argv: readonly string[]): Promise<number> {
  const child = spawn(path, [program, ...argv], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes.
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal);
    });
  }
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
