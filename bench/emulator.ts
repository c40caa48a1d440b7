import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../test/e2e/free-ports.ts';
import { ConnectionFailed, createHttpClient } from '../commands/pipeline-client/http-client.ts';

/** serverless-offline in its own process, with its own data. */
export interface RunningEmulator {
  readonly baseUrl: URL;
  readonly pid: number;
  readonly dataDirectory: string;
  /** Stops it in order, and leaves no file. */
  remove(): Promise<void>;
}

const startTimeoutMilliseconds = 60_000;
const serverless = fileURLToPath(new URL('../node_modules/serverless/bin/serverless.js', import.meta.url));

/** The pipeline, as `npm start` starts it. */
export const pipeline = new URL('../', import.meta.url);
/** A function that answers at once. */
export const ceiling = new URL('./ceiling/', import.meta.url);

/**
 * Starts an emulator; resolves when the service answers.
 * @param service   the directory of its `serverless.yml`
 * @param execArgv  options of Node, for example to profile it
 */
export async function startEmulator(
  service: URL,
  execArgv: readonly string[] = [],
): Promise<RunningEmulator> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'log-analytics-bench-'));
  const [httpPort, lambdaPort] = await freePorts(2);
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const child = spawn(process.execPath, [...execArgv, serverless, 'offline', 'start', ...ports], {
    cwd: fileURLToPath(service),
    env: { ...process.env, DATA_DIR: dataDirectory },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
    process.off('exit', killWithUs);
    await rm(dataDirectory, { recursive: true, force: true });
  };
  const baseUrl = new URL(`http://localhost:${httpPort}`);
  try {
    await answers(baseUrl, () => child.exitCode !== null);
    if (child.pid === undefined) throw new Error('The emulator could not be spawned.');
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return { baseUrl, pid: child.pid, dataDirectory, remove: () => end('SIGINT') };
}

async function answers(baseUrl: URL, hasEnded: () => boolean): Promise<void> {
  const http = createHttpClient(baseUrl, 1);
  const deadline = performance.now() + startTimeoutMilliseconds;
  try {
    for (;;) {
      if (hasEnded()) throw new Error('The emulator ended before it answered.');
      if (performance.now() > deadline) throw new Error('The emulator does not become ready in time.');
      const status = await http.request('/health').then(
        (answer) => answer.status,
        (error: unknown) => {
          if (error instanceof ConnectionFailed) return undefined;
          throw error;
        },
      );
      if (status === 200) return;
      await sleep(50);
    }
  } finally {
    http.close();
  }
}
