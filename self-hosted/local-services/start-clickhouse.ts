import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedPrograms, requireInstalled } from './installed-programs.ts';
import { createLocalServer, type LocalServer } from './local-server.ts';

export interface ClickHouseOptions {
  /** Holds the data and the log; existing data is used again. */
  readonly directory: string;
  readonly port: number;
}

/** The engine of ClickHouse on this machine, behind the part of its HTTP interface that the client uses. */
export interface LocalClickHouse {
  readonly url: string;
  /** Holds the data alone, to be removed or copied while the server is ended. */
  readonly dataDirectory: string;
  /** The server, to end and start it. */
  readonly server: LocalServer;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('chdb-http.py', import.meta.url));

/**
 * Starts ClickHouse, and resolves when it answers.
 * @throws Error  it is not installed, or does not start
 */
export async function startClickHouse({ directory, port }: ClickHouseOptions): Promise<LocalClickHouse> {
  const dataDirectory = join(directory, 'clickhouse');
  const url = `http://127.0.0.1:${port}`;
  const server = createLocalServer({
    name: 'ClickHouse',
    command: requireInstalled(installedPrograms.clickHousePython, '--clickhouse'),
    args: [program, String(port), dataDirectory],
    logFile: join(directory, 'clickhouse.log'),
    isReady: () => answers(url),
  });
  await server.start();
  return { url, dataDirectory, server, stop: () => server.stop() };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
