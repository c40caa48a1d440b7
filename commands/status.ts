import { resolve } from 'node:path';
import { ConnectionFailed, createHttpClient, type HttpClient } from '../client/http-client.ts';
import { failure } from './define-command/failures.ts';
import { anyText, flag, value, type Values } from './define-command/options.ts';
import { InvalidConfig, parseConfig } from '../lib/config.ts';
import { Unavailable } from '../lib/errors.ts';
import { BadArguments } from './command-line.ts';
import { UnusableDataDirectory } from './data-directory.ts';
import { defineCommand } from './define-command.ts';
import { headersOf } from './headers.ts';
import { print, type Io } from './io.ts';
import { pipelineOptions } from './pipeline-options.ts';
import { describeDenied, isDenied } from './permission-denied.ts';
import { describeCluster, missingRoles } from './status/describe-cluster.ts';
import { describeStatus, type FoundStatus } from './status/describe-status.ts';
import { readCluster } from './status/read-cluster.ts';
import { readDirectory } from './status/read-directory.ts';
import { readStatus } from './status/read-status.ts';

const statusOptions = {
  ...pipelineOptions,
  'data-dir': value({
    shows: '<path>',
    help: 'the data directory, which is read if it can be',
    variable: 'DATA_DIR',
    default: '.data',
    read: anyText,
  }),
  json: flag({ help: 'print one line of JSON' }),
};

/** Shows whether a pipeline runs, and its backlog. */
export const status = defineCommand({
  name: 'status',
  summary:
    'Shows whether a pipeline runs, its backlog, its oldest uncounted batch, its customers and its disk use.',
  usage: [['[options]']],
  options: statusOptions,
  details: [
    'A deployed pipeline does not report its backlog: its metrics are in CloudWatch. The data directory is read on this machine, ' +
      'also while no pipeline runs.',
    'STORAGE=kafka means the cluster form, with the environment of its roles: status then asks Kafka and the store themselves which ' +
      'roles have processes, what waits on each topic and for how long, and how far the counts are. It knows of no process of ' +
      'api but the one at the address.',
  ],
  exitCodes: {
    0: 'the pipeline runs, and can store batches',
    1: 'no pipeline answers there, or it cannot store batches now; in the cluster form also: Kafka, the store or a role does not work',
    2: 'wrong options, a data directory that may not be read, or an environment of the cluster form that cannot be used',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [
    { matches: isDenied, describe: describeDenied },
    failure(UnusableDataDirectory),
    failure(InvalidConfig),
    failure(Unavailable),
  ],
  interrupted: 'Nothing was changed.',
  async run({ options, words: [word] }, io) {
    if (word !== undefined) throw new BadArguments(`status takes no "${word}".`);
    if (parseConfig(io.env).storage === 'kafka') return showCluster(options, io);
    const headers = headersOf(options.header);
    const found: FoundStatus = {
      ...(await ask(options.url, headers, 'Start one with npm start', (http) => readStatus(http, headers))),
      directory: await readDirectory(options['data-dir']),
    };
    print(io, options.json ? JSON.stringify(found) : describeStatus(found, resolve(options['data-dir'])));
    return found.isRunning ? 0 : 1;
  },
});

/** @returns the exit code */
async function showCluster(
  { url, header, json }: Pick<Values<typeof statusOptions>, 'url' | 'header' | 'json'>,
  io: Io,
): Promise<number> {
  const [api, cluster] = await Promise.all([
    ask(url, headersOf(header), '--url names the address of api', async () => undefined),
    readCluster({ kind: 'cluster', environment: io.env }),
  ]);
  const { pipeline: _pipeline, ...asked } = api;
  print(io, json ? JSON.stringify({ ...asked, cluster }) : describeCluster(api, cluster));
  return api.isRunning && cluster.problems.length + missingRoles(cluster).length === 0 ? 0 : 1;
}

/**
 * Asks whether a pipeline answers and, if it does, for more.
 * @param advice  what to do where nothing listens
 */
async function ask<T>(
  url: URL,
  headers: Readonly<Record<string, string>>,
  advice: string,
  read: (http: HttpClient) => Promise<T>,
): Promise<Pick<FoundStatus, 'url' | 'isRunning' | 'trouble'> & { readonly pipeline: T | undefined }> {
  const http = createHttpClient(url, 2);
  const found = { url: url.origin, pipeline: undefined };
  try {
    const health = await http.request('/health', { headers });
    const isRunning = health.status === 200;
    const trouble = isRunning ? undefined : `GET /health answered ${health.status}`;
    return { ...found, isRunning, trouble, pipeline: await read(http) };
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error;
    const trouble = error.isRefused ? `nothing listens there. ${advice}` : error.message;
    return { ...found, isRunning: false, trouble };
  } finally {
    http.close();
  }
}
