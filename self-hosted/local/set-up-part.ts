import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CannotStart } from '../cannot-start.ts';

const scripts = { ClickHouse: '../set-up/clickhouse.sh', Flink: '../set-up/flink.sh' } as const;

/**
 * Installs ClickHouse, or Flink with its job, where they are missing.
 * @throws CannotStart  that failed; the script has said what is missing, and how to get it
 */
export async function setUpPart(name: keyof typeof scripts): Promise<void> {
  const script = fileURLToPath(new URL(scripts[name], import.meta.url));
  const child = spawn('bash', [script], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new CannotStart(`${name} could not be installed, as said above.`);
}
