/** The program of the cluster form: `node self-hosted/main.ts <role>…`, or the name of a command and its options. */
import { runAsProgram } from '../commands/run-as-program.ts';
import { runRolesCommand } from './command.ts';
import { announceCommand } from './commands/announce.ts';
import { checkStoreCommand } from './commands/check-store.ts';
import { flinkCommand } from './commands/flink.ts';
import { createBucketCommand } from './commands/create-bucket.ts';
import { rebuildReadModelCommand } from './commands/rebuild-read-model.ts';
import { topicsCommand } from './commands/topics.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
process.on('uncaughtException', (error) => {
  const { name, message, stack } = error;
  const line = {
    level: 'error',
    message: 'An error was not handled, so the process ends',
    error: { name, message, stack },
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
  process.exit(1);
});

// Without the process that started it, nobody would start it again or end it.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const operatorCommands = [
  topicsCommand,
  announceCommand,
  createBucketCommand,
  checkStoreCommand,
  flinkCommand,
  rebuildReadModelCommand,
];

await runAsProgram(async (io) => {
  const [name, ...rest] = process.argv.slice(2);
  const command = operatorCommands.find((each) => each.name === name);
  if (command !== undefined) return command.run(rest, io);
  const code = await runRolesCommand.run(process.argv.slice(2), io);
  // Connections that did not end in time, or to a parent, must not keep the process alive.
  setImmediate(() => process.exit(code));
  return code;
});
