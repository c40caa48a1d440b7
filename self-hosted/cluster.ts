/** The program of `npm run cluster`. */
import { runAsProgram } from '../commands/run-as-program.ts';
import { clusterCommand } from './local/command.ts';

await runAsProgram((io) => clusterCommand.run(process.argv.slice(2), io));
