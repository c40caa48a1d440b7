import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { createHttpClient } from '../client/http-client.ts';
import { spawnEmulator } from '../commands/emulator/spawn-emulator.ts';
import { untilReady } from '../commands/emulator/until-ready.ts';
import { errorCode } from '../lib/error-code.ts';
import { freePorts } from '../test/e2e/free-ports.ts';

/** serverless-offline in its own process, with its own data. */
export interface RunningEmulator {
  readonly baseUrl: URL;
  readonly pid: number;
  readonly dataDirectory: string;
  /** Stops it in order, and leaves no file. */
  remove(): Promise<void>;
}

const startTimeoutMilliseconds = 60_000;

/** The pipeline, as `npm start` starts it. */
export const pipeline = new URL('../', import.meta.url);
/** A function that answers at once. */
export const ceiling = new URL('./ceiling/', import.meta.url);

const packageSchema = z.object({ scripts: z.object({ start: z.string() }) });

/** Returns the options of Node in the script `start` of a service; none where it has no such script. */
async function nodeOptionsOf(service: URL): Promise<readonly string[]> {
  try {
    const { scripts } = packageSchema.parse(
      JSON.parse(await readFile(new URL('package.json', service), 'utf8')),
    );
    return scripts.start.split(' ').filter((word) => word.startsWith('--'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Starts an emulator; resolves when the service answers.
 * @param service   the directory of its `serverless.yml`
 * @param execArgv  options of Node, for example to profile it
 * @param fill      puts data into its directory before it starts
 */
export async function startEmulator(
  service: URL,
  execArgv: readonly string[] = [],
  fill?: (dataDirectory: string) => Promise<void>,
): Promise<RunningEmulator> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'log-analytics-bench-'));
  await fill?.(dataDirectory);
  const [httpPort, lambdaPort] = await freePorts(2);
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const emulator = spawnEmulator({
    args: ['offline', 'start', ...ports],
    env: { ...process.env, DATA_DIR: dataDirectory },
    execArgv: [...(await nodeOptionsOf(service)), ...execArgv],
    service,
    isOutputRead: false, // reading it would take time of the processor from what is measured
  });
  const end = async (signal: NodeJS.Signals) => {
    emulator.kill(signal);
    await emulator.ended;
    await rm(dataDirectory, { recursive: true, force: true });
  };
  const baseUrl = new URL(`http://localhost:${httpPort}`);
  const http = createHttpClient(baseUrl, 1);
  const signal = AbortSignal.timeout(startTimeoutMilliseconds);
  try {
    await untilReady(http, emulator, { isOutputRead: false, signal });
    if (signal.aborted) throw new Error('The emulator does not become ready.');
  } catch (error) {
    await end('SIGKILL');
    throw error;
  } finally {
    http.close();
  }
  return { baseUrl, pid: emulator.pid, dataDirectory, remove: () => end('SIGINT') };
}
