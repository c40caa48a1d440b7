/** The command `npm run test:faults`; `options.ts` describes it and its options. */
import { randomInt } from 'node:crypto';
import { BadArguments } from '../../commands/command-line.ts';
import { help, parseOptions, type FaultOptions } from './options.ts';
import { proofsWithin, type Proof } from './proofs.ts';
import { runProof } from './run-proof.ts';
import { runRounds } from './run-rounds.ts';

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), randomInt(0x7fffffff));
    if (options === undefined) {
      console.log(help);
      return 0;
    }
    return (await runAll(options)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof BadArguments)) throw error;
    console.error(`${error.message} See --help.`);
    return 2;
  }
}

/** @returns true if everything succeeded */
async function runAll(options: FaultOptions): Promise<boolean> {
  // This process ends, so that it takes down everything that it has started.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  const began = performance.now();
  const { until } = options;
  if (until.kind === 'rounds') return runRounds(options, began);

  const outcomes: string[] = [];
  let isWell = true;
  const note = (name: string, succeeded: boolean) => {
    outcomes.push(`  ${succeeded ? 'well  ' : 'FAILED'}  ${name}`);
    isWell &&= succeeded;
  };
  for (const proof of proofsWithin(until.minutes)) {
    console.log(`== ${proof.name}: ${commandOf(proof)}`);
    note(proof.name, await runProof(proof));
  }
  console.log('== Rounds');
  note('Rounds', await runRounds(options, began));
  console.log(`== All of it\n${outcomes.join('\n')}`);
  return isWell;
}

function commandOf({ args }: Proof): string {
  return ['node', ...args].join(' ');
}
