import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bench/sustained.ts', import.meta.url));

/** Starts a benchmark with arguments that end it before it measures anything. */
function start(...args: readonly string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', program, ...args], { encoding: 'utf8' });
}

it('explains a benchmark and its options', () => {
  const { status, stdout } = start('--help');
  expect(stdout).toMatch(
    /^Measures the emulator .+\n\n {2}npm run bench:sustained -- \[options\]\n\n {2}--minutes <n> +duration, 0\.1-1440 \(5\)\n/s,
  );
  expect(status).toBe(0);
});

it.each([
  [['--minute', '3'], 'There is no option --minute. Did you mean --minutes? See --help.\n'],
  [['--minutes', '0'], '--minutes must be a number of 0.1-1440, and is "0". See --help.\n'],
  [['3'], 'npm run bench:sustained takes no "3". See --help.\n'],
])('refuses %j', (args, message) => {
  const { status, stderr } = start(...args);
  expect(stderr).toBe(message);
  expect(status).toBe(2);
});
