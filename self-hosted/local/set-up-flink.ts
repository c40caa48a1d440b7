import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CannotStart } from '../cannot-start.ts';

const script = fileURLToPath(new URL('../set-up/flink.sh', import.meta.url));

/**
 * Installs Flink and builds its job, where they are missing.
 * @throws CannotStart  that failed; the script has said what is missing, and how to get it
 */
export async function setUpFlink(): Promise<void> {
  const child = spawn('bash', [script], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new CannotStart('Flink could not be installed, as said above.');
}
