import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LocalCluster } from '../../local/local-cluster.ts';

const program = fileURLToPath(new URL('../../../bin/log-analytics.mjs', import.meta.url));

/** Runs a command on a cluster, as an operator does: with the Node.js of the shell, which may be too old for Kafka. */
export async function runCommand(
  { env }: Pick<LocalCluster, 'env'>,
  ...args: readonly string[]
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = spawn('node', [program, ...args], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, output: Buffer.concat(chunks).toString() };
}
