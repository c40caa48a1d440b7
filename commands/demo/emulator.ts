import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environmentSchema } from '../../lib/config.ts';
import { ConnectionFailed, type HttpClient } from '../pipeline-client/http-client.ts';
import { realTiming } from '../pipeline-client/timing.ts';

/** The pipeline as `npm start` starts it, in a process of its own. */
export interface DemoEmulator {
  /** Resolves with the end of what it has written, however it ended. */
  readonly ended: Promise<string>;
  /** Has it finish what runs. */
  stop(): Promise<void>;
  /** For when there is no time for that. */
  kill(): void;
}

/** The pipeline did not start, or ended without being asked to; the message has the end of what it has written. */
export class EmulatorEnded extends Error {
  override readonly name = 'EmulatorEnded';
}

export interface EmulatorSettings {
  readonly dataDirectory: string;
  readonly httpPort: number;
  readonly lambdaPort: number;
}

const repository = fileURLToPath(new URL('../../', import.meta.url));
const serverless = fileURLToPath(new URL('../../node_modules/serverless/bin/serverless.js', import.meta.url));
const maxOutputKept = 20_000;
const stopMilliseconds = 30_000;
const pollMilliseconds = 50;

export function startEmulator({ dataDirectory, httpPort, lambdaPort }: EmulatorSettings): DemoEmulator {
  const settings = new Set(Object.keys(environmentSchema.shape));
  const environment = Object.entries(process.env).filter(([name]) => !settings.has(name));
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const child = spawn(process.execPath, [serverless, 'offline', 'start', ...ports], {
    cwd: repository,
    env: { ...Object.fromEntries(environment), DATA_DIR: dataDirectory, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-maxOutputKept)));
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => resolve(output));
  });
  const kill = () => void child.kill('SIGKILL');
  return {
    ended,
    async stop() {
      const impatience = setTimeout(kill, stopMilliseconds);
      child.kill('SIGINT');
      await ended;
      clearTimeout(impatience);
    },
    kill,
  };
}

/** Resolves when the pipeline answers, or when the signal is aborted. */
export async function untilReady(http: HttpClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const status = await http.request('/health').then(
      (answer) => answer.status,
      (error: unknown) => {
        if (error instanceof ConnectionFailed) return undefined;
        throw error;
      },
    );
    if (status === 200) return;
    await realTiming.wait(pollMilliseconds, signal);
  }
}
