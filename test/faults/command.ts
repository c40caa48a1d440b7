import { randomInt } from 'node:crypto';
import { defineCommand } from '../../commands/define-command.ts';
import { print, type Io } from '../../commands/io.ts';
import { faultDetails } from './details.ts';
import { faultOptions, faultOptionsOf, type FaultOptions } from './options.ts';
import { proofsWithin, type Proof } from './proofs.ts';
import { runProof } from './run-proof.ts';
import { runRounds } from './run-rounds.ts';

/** Runs the pipeline through faults, and checks its counts. */
export const faults = defineCommand({
  name: 'test:faults',
  program: 'npm run test:faults --',
  summary:
    'Runs the pipeline through one fault after the other for the given time, and checks that every accepted entry is counted ' +
    'exactly once.',
  usage: [['[options]']],
  options: faultOptions,
  details: faultDetails,
  exitCodes: {
    0: 'success',
    1: 'failure; after a round that was not exact no other begins',
    2: 'wrong options',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [],
  interrupted: 'What it started ends with it; the data directory stays.',
  run: async (given, io) => ((await runAll(faultOptionsOf(given, randomInt(0x7fffffff)), io)) ? 0 : 1),
});

/** @returns true if everything succeeded */
async function runAll(options: FaultOptions, io: Io): Promise<boolean> {
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
    print(io, `== ${proof.name}: ${commandOf(proof)}`);
    note(proof.name, await runProof(proof));
  }
  print(io, '== Rounds');
  note('Rounds', await runRounds(options, began));
  print(io, `== All of it\n${outcomes.join('\n')}`);
  return isWell;
}

function commandOf({ args }: Proof): string {
  return ['node', ...args].join(' ');
}
