import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { BadArguments } from '../commands/command-line.ts';
import { defineCommand } from '../commands/define-command.ts';
import { failure } from '../commands/define-command/failures.ts';
import { suggest } from '../commands/define-command/suggest.ts';
import { InvalidConfig } from '../lib/config.ts';
import { UnreadableFormat } from '../lib/errors.ts';
import { CannotStart } from './cannot-start.ts';
import { parseClusterConfig, requireCallers } from './config.ts';
import { answerParent } from './process/parent-questions.ts';
import { runApiProcesses } from './process/run-api-processes.ts';
import { runProcess } from './process/run-process.ts';
import { roleNames, type RoleName } from './roles/role-names.ts';

/** Runs roles of the cluster form in this process, until SIGTERM or Ctrl-C. */
export const runRolesCommand = defineCommand({
  name: 'roles',
  program: 'node self-hosted/main.ts',
  summary: 'Runs one or more roles of the cluster form, until SIGTERM or Ctrl-C.',
  usage: [
    ['api', 'takes requests, in one process per core'],
    ['summarizer', 'emits the partials of stored batches'],
    ['aggregate', 'adds partials to their minutes'],
    ['verify', 'proves that stored batches are counted, and emits them again where they are not'],
    ['roll-up', 'recomputes hours and days, and deletes windows that have expired'],
    ['all', 'all of these, in one process'],
  ],
  options: {},
  details: [
    'The environment configures it: docs/reference/cluster-configuration.md lists the variables. Several roles in one process are ' +
      'named one after the other. The internal port (ADMIN_PORT) answers /health, /ready and /metrics.',
  ],
  exitCodes: {
    0: 'stopped as asked',
    1: 'a role cannot go on, or an error was not handled; the log says why',
    2: 'wrong arguments, or it cannot start as it is configured',
  },
  failures: [failure(InvalidConfig), failure(UnreadableFormat), failure(CannotStart)],
  async run({ words }, io) {
    const roles = rolesOf(words);
    const config = parseClusterConfig(io.env);
    if (roles.includes('api')) requireCallers(config, io.env);
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) io.events.on(signal, () => stop.abort());
    const common = {
      config,
      clock: io.clock,
      writeLog: (line: string) => void io.stdout.write(line),
      stopping: stop.signal,
    };
    const { apiProcesses: count = availableParallelism() } = config;
    const isApiAlone = roles.length === 1 && roles[0] === 'api';
    if (isApiAlone && count > 1 && cluster.isPrimary) return runApiProcesses({ ...common, count });
    const serveParent = cluster.isWorker ? answerParent : undefined;
    return runProcess({ ...common, roles, serveParent });
  },
});

/** @throws BadArguments  a word is not a role, or no role is named */
function rolesOf(words: readonly string[]): readonly RoleName[] {
  const names = [...roleNames, 'all'];
  const unknown = words.find((word) => !names.includes(word));
  if (unknown !== undefined) {
    throw new BadArguments(`There is no role "${unknown}".${suggest(unknown, names)}`);
  }
  if (words.length === 0) throw new BadArguments(`Name at least one role: ${names.join(', ')}.`);
  return words.includes('all') ? roleNames : roleNames.filter((name) => words.includes(name));
}
