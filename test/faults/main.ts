/** The command `npm run test:faults`; what it does and takes is said in `options.ts`. */
import { randomInt } from 'node:crypto';
import { Emulator } from '../e2e/emulator.ts';
import { BadArguments } from '../../commands/command-line.ts';
import { help, parseOptions, type FaultOptions, type Until } from './options.ts';
import { describePlan, planRound, type RoundPlan } from './plan-round.ts';
import { runRound, type RoundOptions, type RoundOutcome } from './run-round.ts';

/** As short as it may be, so that what a crash left hidden does not stay so for long. */
const lookAgainSeconds = 20;
const maxProblemsListed = 20;
const maxOutputShown = 4_000;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2), randomInt(0x7fffffff));
    if (options === undefined) {
      console.log(help);
      return 0;
    }
    return await runRounds(options);
  } catch (error) {
    if (!(error instanceof BadArguments)) throw error;
    console.error(`${error.message} See --help.`);
    return 2;
  }
}

async function runRounds({ until, seed, firstRound, clients }: FaultOptions): Promise<number> {
  const emulator = new Emulator({
    env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: String(lookAgainSeconds) },
  });
  // By an end of this process, so that it takes the emulator with it.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  console.log(`Seed ${seed}`);
  const began = performance.now();
  const total = { rounds: 0, sent: 0, unanswered: 0, stored: 0 };
  for (let round = firstRound; isToBegin(until, total.rounds, began); round++) {
    const plan = planRound(seed, round, lookAgainSeconds);
    console.log(`Round ${round}: ${describePlan(plan)}`);
    const roundBegan = performance.now();
    const name = `faults-${seed}-${round}`;
    const { sent, stored, problems } = await tryRound(emulator, plan, {
      name,
      persistentClients: Math.ceil(clients / 2),
      fleetingClients: Math.floor(clients / 2),
      storedBefore: total.stored,
    });
    if (problems.length > 0) {
      const again = `--seed ${seed} --first-round ${round} --rounds 1 --clients ${clients}`;
      tellProblems(problems, emulator);
      console.error(`Repeat it: npm run test:faults -- ${again}`);
      return 1;
    }
    const unanswered = sent.filter(({ isAccepted }) => !isAccepted).length;
    console.log(`  exact after ${secondsSince(roundBegan)} s: ${inWords(sent.length, unanswered, stored)}`);
    total.rounds += 1;
    total.sent += sent.length;
    total.unanswered += unanswered;
    total.stored += stored;
  }
  await emulator.remove();
  const { rounds, sent, unanswered, stored } = total;
  console.log(
    `All of ${rounds} rounds were exact, in ${secondsSince(began)} s: ${inWords(sent, unanswered, stored)}`,
  );
  return 0;
}

/** Leaves the emulator ended, and what went wrong in words. */
async function tryRound(emulator: Emulator, plan: RoundPlan, options: RoundOptions): Promise<RoundOutcome> {
  try {
    const outcome = await runRound(emulator, plan, options);
    await emulator.end(outcome.problems.length === 0 ? 'SIGINT' : 'SIGKILL');
    return outcome;
  } catch (error) {
    await emulator.crash();
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { sent: [], stored: 0, problems: [problem] };
  }
}

function isToBegin(until: Until, rounds: number, began: number): boolean {
  switch (until.kind) {
    case 'rounds':
      return rounds < until.rounds;
    case 'minutes':
      return performance.now() - began < until.minutes * 60_000;
  }
}

function tellProblems(problems: readonly string[], emulator: Emulator): void {
  const more = problems.length - maxProblemsListed;
  const listed = [...problems.slice(0, maxProblemsListed), ...(more > 0 ? [`… and ${more} more`] : [])];
  console.error(`  NOT EXACT:\n  ${listed.join('\n  ')}`);
  console.error(`The emulator wrote last:\n${emulator.output.slice(-maxOutputShown)}`);
  console.error(`Its data is in ${emulator.dataDirectory}`);
}

function inWords(sent: number, unanswered: number, stored: number): string {
  return `${sent} batches sent, ${unanswered} of them not answered, ${stored} stored and counted once`;
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(0);
}
