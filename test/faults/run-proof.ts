import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errorCode } from '../../lib/error-code.ts';
import type { Proof } from './proofs.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs a proof, whose output goes to that of this process.
 * @returns true if it succeeded
 */
export async function runProof({ args }: Proof): Promise<boolean> {
  // It gets its own process group, so that the emulators that it starts end with it when this process ends.
  const child = spawn(process.execPath, args, {
    cwd: repository,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The proof could not be spawned.');
  const killWithUs = () => killGroup(pid);
  process.once('exit', killWithUs);
  return new Promise((resolve) => {
    child.once('close', (exitCode) => {
      process.off('exit', killWithUs);
      resolve(exitCode === 0);
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error; // no process of it is left
  }
}
