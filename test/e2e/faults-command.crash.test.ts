import { expect, it } from 'vitest';
import { runProgram } from './run-program.ts';

const run = (...args: readonly string[]) =>
  runProgram(new URL('../faults/main.ts', import.meta.url), ...args);

it('goes through the faults of a round, and says what came of it', async () => {
  const { exitCode, output } = await run('--seed', '412', '--rounds', '1', '--clients', '8');
  expect(output).toMatch(
    /^Seed 412\nRound 1: .+\n {2}exact after \d+ s: .+\nAll of 1 rounds were exact, .+\n$/,
  );
  // If the plan of a seed changes, find another seed that has all of this.
  expect(output).toMatch(/a second emulator .+ disk EROFS at link .+ SIGKILL .+ upgraded to paths as sent/);
  expect(exitCode).toBe(0);
});

it('exits with 2 when it does not understand', async () => {
  const { exitCode, output } = await run('--rounds', '0');
  expect(output).toBe('--rounds must be a whole number of 1-1000000, and is "0". See --help.\n');
  expect(exitCode).toBe(2);
});
