/** The program of the roles: `node self-hosted/main.ts <role>…`. */
import { runAsProgram } from '../commands/run-as-program.ts';
import { runRolesCommand } from './command.ts';

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

await runAsProgram(async (io) => {
  const code = await runRolesCommand.run(process.argv.slice(2), io);
  // Connections that did not end in time must not keep the process alive.
  if (code !== 2) setImmediate(() => process.exit(code));
  return code;
});
