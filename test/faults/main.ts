/** The program of `npm run test:faults`. */
import { runAsProgram } from '../../commands/run-as-program.ts';
import { faults } from './command.ts';

await runAsProgram((io) => faults.run(process.argv.slice(2), io));
