import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runProof } from './run-proof.ts';

it.each([
  ['succeeds', '0', true],
  ['fails', '3', false],
])('reports that a proof %s', async (_what, exitCode, isWell) => {
  const args = ['-e', `process.exit(${exitCode})`];
  expect(await runProof({ name: 'a proof', args })).toBe(isWell);
});

it('stops a proof, and processes that it started, together with its own process', async () => {
  const main = fileURLToPath(new URL('run-proof-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  // The pipe closes when no process can write to it any more.
  expect(await once(child, 'close')).toEqual([143, null]);
});
