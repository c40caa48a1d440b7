import { ConnectionFailed, createHttpClient } from '../client/http-client.ts';
import { failure } from './define-command/failures.ts';
import { anyText, flag, value } from './define-command/options.ts';
import { BadArguments } from './command-line.ts';
import { UnusableDataDirectory } from './data-directory.ts';
import { defineCommand } from './define-command.ts';
import { headersOf } from './headers.ts';
import { print } from './io.ts';
import { pipelineOptions } from './pipeline-options.ts';
import { describeDenied, isDenied } from './permission-denied.ts';
import { describeStatus, type FoundStatus } from './status/describe-status.ts';
import { readDirectory } from './status/read-directory.ts';
import { readStatus } from './status/read-status.ts';

/** Shows whether a pipeline runs, and its backlog. */
export const status = defineCommand({
  name: 'status',
  summary:
    'Shows whether a pipeline runs, its backlog, its oldest uncounted batch, its customers and its disk use.',
  usage: [['[options]']],
  options: {
    ...pipelineOptions,
    'data-dir': value({
      shows: '<path>',
      help: 'the data directory, which is read if it can be',
      variable: 'DATA_DIR',
      default: '.data',
      read: anyText,
    }),
    json: flag({ help: 'print one line of JSON' }),
  },
  details: [
    'A deployed pipeline does not report its backlog: its metrics are in CloudWatch. The data directory is read on this machine, ' +
      'also while no pipeline runs.',
  ],
  exitCodes: {
    0: 'the pipeline runs, and can store batches',
    1: 'no pipeline answers there, or it cannot store batches now',
    2: 'wrong options, or a data directory that may not be read',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [{ matches: isDenied, describe: describeDenied }, failure(UnusableDataDirectory)],
  interrupted: 'Nothing was changed.',
  async run({ options, words: [word] }, io) {
    if (word !== undefined) throw new BadArguments(`status takes no "${word}".`);
    const found: FoundStatus = {
      ...(await ask(options.url, headersOf(options.header))),
      directory: await readDirectory(options['data-dir']),
    };
    print(io, options.json ? JSON.stringify(found) : describeStatus(found));
    return found.isRunning ? 0 : 1;
  },
});

async function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<Omit<FoundStatus, 'directory'>> {
  const http = createHttpClient(url, 2);
  const found = { url: url.origin, pipeline: undefined };
  try {
    const health = await http.request('/health', { headers });
    const isRunning = health.status === 200;
    const trouble = isRunning ? undefined : `GET /health answered ${health.status}`;
    return { ...found, isRunning, trouble, pipeline: await readStatus(http, headers) };
  } catch (error) {
    if (!(error instanceof ConnectionFailed)) throw error;
    const trouble = error.isRefused ? 'nothing listens there. Start one with npm start' : error.message;
    return { ...found, isRunning: false, trouble };
  } finally {
    http.close();
  }
}
