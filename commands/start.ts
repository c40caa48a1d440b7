import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCommand } from './define-command.ts';
import { anyText, value, wholeNumberOf } from './define-command/options.ts';
import { repository, serverlessPath } from './emulator/spawn-emulator.ts';

/** Starts the pipeline on this machine. The process becomes the emulator, which Ctrl-C ends. */
export const start = defineCommand({
  name: 'start',
  summary: 'Starts the pipeline on this machine, until Ctrl-C.',
  usage: [['[options]']],
  options: {
    port: value({
      shows: '<n>',
      help: 'the port to listen on, 1-65535; --httpPort is the same',
      default: 3_000,
      aliases: ['httpPort'],
      read: wholeNumberOf(1, 65_535),
    }),
    host: value({
      shows: '<name>',
      help: 'the address to listen at; any other than localhost can be reached from other machines (docs/reference/access.md)',
      default: 'localhost',
      read: anyText,
    }),
    'data-dir': value({
      shows: '<path>',
      help: 'the data directory, which is created if it does not exist',
      shownDefault: '.data',
      variable: 'DATA_DIR',
      read: anyText,
    }),
  },
  keepsUnknownOptions: true,
  details: [
    'Other options are those of `serverless offline start`. docs/reference/configuration.md lists the environment variables that it reads.',
  ],
  exitCodes: { 0: 'ended by Ctrl-C', 1: 'it could not start', 2: 'wrong options' },
  failures: [],
  async run({ options, words, unknown }, io) {
    const { port, host, 'data-dir': dataDirectory = '.data' } = options;
    io.handOver({
      path: serverlessPath(),
      args: ['offline', 'start', '--httpPort', String(port), '--host', host, ...unknown, ...words],
      env: { DATA_DIR: resolve(dataDirectory) },
      directory: fileURLToPath(repository),
    });
    return 0;
  },
});
