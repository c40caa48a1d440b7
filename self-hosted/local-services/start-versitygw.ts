import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installedPrograms, requireInstalled } from './installed-programs.ts';
import { isListening } from './is-listening.ts';
import { createLocalServer, type LocalServer } from './local-server.ts';

export interface VersitygwOptions {
  /** Holds the buckets and the log; existing data is used again. */
  readonly directory: string;
  readonly port: number;
  /** Paths of a certificate for `localhost` and its key; with them it takes only encrypted connections. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

/** An S3 server on this machine. It does not flush what it writes, so a power cut may lose data. */
export interface LocalVersitygw {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The server, to end and start it. */
  readonly server: LocalServer;
  stop(): Promise<void>;
}

const region = 'us-east-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' };

/**
 * Starts versitygw, and resolves when it answers.
 * @throws Error  it is not installed, or does not start
 */
export async function startVersitygw({ directory, port, tls }: VersitygwOptions): Promise<LocalVersitygw> {
  const objects = join(directory, 's3');
  await mkdir(objects, { recursive: true });
  const endpoint = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  const options = ['--keep-alive', '--quiet'];
  if (tls !== undefined) options.push('--cert', tls.certFile, '--key', tls.keyFile);
  const server = createLocalServer({
    name: 'versitygw',
    command: requireInstalled(installedPrograms.versitygw),
    args: ['--port', `127.0.0.1:${port}`, '--region', region, ...options, 'posix', objects],
    env: { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
    logFile: join(directory, 'versitygw.log'),
    // The clients check its certificate.
    isReady: () => (tls === undefined ? answers(endpoint) : isListening(port)),
  });
  await server.start();
  return { endpoint, region, credentials, server, stop: () => server.stop() };
}

/** Accepts any answer, including the refusal of an anonymous request. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
