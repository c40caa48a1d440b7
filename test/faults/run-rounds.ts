import { Emulator } from '../e2e/emulator.ts';
import { describePlan } from './describe-plan.ts';
import type { FaultOptions, Until } from './options.ts';
import { planRound, type RoundPlan } from './plan-round.ts';
import { runRound, type RoundOptions, type RoundOutcome } from './run-round.ts';

/** The shortest value allowed, so that messages that a crash left hidden return soon. */
const lookAgainSeconds = 20;
const maxProblemsListed = 20;
const maxOutputShown = 4_000;

/**
 * Runs one round after the other, and prints the result of each. It stops after the first that is not exact.
 * @param began  start of the whole run, by `performance.now()`
 * @returns true if all were exact
 */
export async function runRounds(
  { until, seed, firstRound, clients }: FaultOptions,
  began: number,
): Promise<boolean> {
  const emulator = new Emulator({
    env: { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: String(lookAgainSeconds) },
  });
  console.log(`Seed ${seed}`);
  const roundsBegan = performance.now();
  const total = { rounds: 0, sent: 0, unanswered: 0, odd: 0, stored: 0 };
  for (let round = firstRound; isToBegin(until, total.rounds, began); round++) {
    const plan = planRound(seed, round, lookAgainSeconds);
    console.log(`Round ${round}: ${describePlan(plan)}`);
    const roundBegan = performance.now();
    const { sent, oddBodies, stored, problems } = await tryRound(emulator, plan, {
      name: `faults-${seed}-${round}`,
      persistentClients: Math.ceil(clients / 2),
      fleetingClients: Math.floor(clients / 2),
      storedBefore: total.stored,
    });
    if (problems.length > 0) {
      const again = `--seed ${seed} --first-round ${round} --rounds 1 --clients ${clients}`;
      tellProblems(problems, emulator);
      console.error(`Repeat it: npm run test:faults -- ${again}`);
      return false;
    }
    const counts = {
      sent: sent.length,
      unanswered: sent.filter(({ isAccepted }) => !isAccepted).length,
      odd: oddBodies,
      stored,
    };
    console.log(`  exact after ${secondsSince(roundBegan)} s: ${inWords(counts)}`);
    total.rounds += 1;
    for (const count of ['sent', 'unanswered', 'odd', 'stored'] as const) total[count] += counts[count];
  }
  await emulator.remove();
  console.log(
    `All of ${total.rounds} rounds were exact, in ${secondsSince(roundsBegan)} s: ${inWords(total)}`,
  );
  return true;
}

/** Leaves the emulator stopped, and returns the problems in words. */
async function tryRound(emulator: Emulator, plan: RoundPlan, options: RoundOptions): Promise<RoundOutcome> {
  try {
    const outcome = await runRound(emulator, plan, options);
    await emulator.end(outcome.problems.length === 0 ? 'SIGINT' : 'SIGKILL');
    return outcome;
  } catch (error) {
    await emulator.crash();
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { sent: [], oddBodies: 0, stored: 0, problems: [problem] };
  }
}

/** There is at least one round, however long the rest took. */
function isToBegin(until: Until, rounds: number, began: number): boolean {
  switch (until.kind) {
    case 'rounds':
      return rounds < until.rounds;
    case 'minutes':
      return rounds === 0 || performance.now() - began < until.minutes * 60_000;
  }
}

function tellProblems(problems: readonly string[], emulator: Emulator): void {
  const more = problems.length - maxProblemsListed;
  const listed = [...problems.slice(0, maxProblemsListed), ...(more > 0 ? [`… and ${more} more`] : [])];
  console.error(`  NOT EXACT:\n  ${listed.join('\n  ')}`);
  console.error(`The emulator wrote last:\n${emulator.output.slice(-maxOutputShown)}`);
  console.error(`Its data is in ${emulator.dataDirectory}`);
}

interface Counts {
  readonly sent: number;
  readonly unanswered: number;
  readonly odd: number;
  readonly stored: number;
}

function inWords({ sent, unanswered, odd, stored }: Counts): string {
  return `${sent} batches sent, ${unanswered} of them not accepted, and ${odd} odd bodies; ${stored} stored and counted once`;
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(0);
}
