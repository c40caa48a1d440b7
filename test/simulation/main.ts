import { runAsProgram } from '../../commands/run-as-program.ts';
import { simulate } from './command.ts';

/** Runs the program of `npm run simulate`, which `run.mjs` loads. */
export async function main(): Promise<void> {
  await runAsProgram((io) => simulate.run(process.argv.slice(2), io));
}
